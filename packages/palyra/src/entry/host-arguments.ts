/**
 * What a program without TypeScript gave where its compiler would have told it: `Usage`, before anything is decided. Above all an answer to a question
 * for approval: only the three words are a yes.
 */
import type { JsonValue } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import { APPROVAL_SCOPES, type ApprovalScope } from "../policy/index.ts";

type Is = (value: unknown) => boolean;
/** Half a character would be another once it is written (T28). */
const isText: Is = (value) => typeof value === "string" && !/\p{Surrogate}/u.test(value);
const isFunction: Is = (value) => typeof value === "function";
const isObject: Is = (value) => typeof value === "object" && value !== null;
/** One of another realm (a test runner's, `node:vm`) has another `EventTarget`. */
const isSignal: Is = (value) =>
  typeof value === "object" && value !== null && "aborted" in value && isFunction(Reflect.get(value, "addEventListener"));
const TEXT = { is: isText, what: "a text" };
const FUNCTION = { is: isFunction, what: "a function" };

type Kinds = { readonly [name: string]: { readonly is: Is; readonly what: string } };

const HOST_OPTIONS: Kinds = {
  env: { is: isObject, what: "an object" },
  askSecret: FUNCTION,
  onWarning: FUNCTION,
  ...texts("stateRoot", "skillsDir", "trustStore", "auditPolicy", "vex", "authorizationPolicy"),
  ...texts("principal", "deviceId", "channel", "session"),
};

const CALL_OPTIONS: Kinds = {
  maxFuel: { is: (value) => typeof value === "bigint", what: "a bigint" },
  signal: { is: isSignal, what: "an AbortSignal" },
  onLog: FUNCTION,
  onStep: FUNCTION,
  approve: FUNCTION,
  ...texts("skill", "version", "principal"),
};

export const checkHostOptions = (options: unknown): void => check(options, HOST_OPTIONS);

/** @param tool what is to be called */
export function checkCall(tool: unknown, options: unknown): void {
  if (!isText(tool)) throw usage("the tool is not a text");
  check(options, CALL_OPTIONS);
}

function check(options: unknown, kinds: Kinds): void {
  if (typeof options !== "object" || options === null) throw usage("the options are not an object");
  for (const [name, { is, what }] of Object.entries(kinds)) {
    const value: unknown = Reflect.get(options, name);
    if (value !== undefined && !is(value)) throw usage(`${name} is not ${what}`);
  }
}

function texts(...names: readonly string[]): Kinds {
  return Object.fromEntries(names.map((name) => [name, TEXT]));
}

/** Fail closed: `false` and `null` are a no, what is no answer is an error (T28). */
export function answerOf(said: unknown): ApprovalScope | undefined {
  if (said === undefined || said === null || said === false) return undefined;
  const scope = APPROVAL_SCOPES.find((each) => each === said);
  if (scope !== undefined) return scope;
  throw usage(`what approve answered is none of ${APPROVAL_SCOPES.join(", ")}, and not undefined`);
}

/** What JSON has no value for would be left out, or be an empty object, and the tool be given something else. */
export function checkJson(value: JsonValue | undefined): void {
  const waiting: unknown[] = [value];
  const seen = new Set<unknown>();
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === "function" || typeof next === "symbol") throw usage(`the input has a ${typeof next}, which is no JSON`);
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    const prototype: unknown = Object.getPrototypeOf(next);
    if (!Array.isArray(next) && prototype !== null && Object.getPrototypeOf(prototype) !== null)
      throw usage("the input has an object of a class, which is no JSON");
    for (const each of Object.values(next)) waiting.push(each);
  }
}

const usage = (problem: string): PalyraError => new PalyraError("Usage", { problem });
