/**
 * What a program without TypeScript gave where its compiler would have told it: `Usage`, before anything is decided. Above all an answer to a question
 * for approval: only the three words are a yes.
 */
import { type JsonValue, nearest } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import { APPROVAL_SCOPES, type ApprovalScope } from "../policy/index.ts";
import type { CallOptions, HostOptions } from "./host-api.ts";

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

interface Kind {
  readonly is: Is;
  readonly what: string;
}
/** Every option that is documented, and no other. */
type KindsOf<Options> = { readonly [Name in keyof Required<Options>]: Kind };

const HOST_OPTIONS: KindsOf<HostOptions> = {
  env: { is: isObject, what: "an object" },
  askSecret: FUNCTION,
  onWarning: FUNCTION,
  stateRoot: TEXT,
  skillsDir: TEXT,
  trustStore: TEXT,
  auditPolicy: TEXT,
  vex: TEXT,
  authorizationPolicy: TEXT,
  principal: TEXT,
  deviceId: TEXT,
  channel: TEXT,
  session: { is: (value) => isText(value) && String(value).trim() !== "", what: "a text that is not blank" },
};

/** Of `plan` as well: whoever asks for a plan first hands both the same. */
const CALL_OPTIONS: KindsOf<CallOptions> = {
  maxFuel: { is: (value) => typeof value === "bigint", what: "a bigint" },
  signal: { is: isSignal, what: "an AbortSignal" },
  onLog: FUNCTION,
  onStep: FUNCTION,
  approve: FUNCTION,
  skill: TEXT,
  version: TEXT,
  principal: TEXT,
};

export const takenHostOptions = (options: HostOptions): HostOptions => taken(options, HOST_OPTIONS);

/** @param tool what is to be called */
export function takenCallOptions(tool: unknown, options: CallOptions): CallOptions {
  if (!isText(tool)) throw usage("the tool is not a text");
  return taken(options, CALL_OPTIONS);
}

/**
 * The options that count, each read once: what was checked is what is used, wherever it comes from. A getter may answer another thing the next time, and
 * what an object has of its class or of the object it was made after is left out by a copy: policies would not count, and another state root would.
 */
function taken(options: unknown, kinds: { readonly [name: string]: Kind }) {
  if (typeof options !== "object" || options === null) throw usage("the options are not an object");
  const given = Object.keys(kinds).map((name) => [name, Reflect.get(options, name)] as const);
  for (const [name, value] of given) {
    const kind = kinds[name];
    if (value !== undefined && kind?.is(value) !== true) throw usage(`${name} is not ${kind?.what}`);
  }
  // One that is misspelt would be as if it were not there: another state root, no limit, another skill.
  const unknown = Object.entries(options).find(([name, value]) => value !== undefined && !Object.hasOwn(kinds, name))?.[0];
  if (unknown !== undefined) throw usage(`there is no option ${unknown}${meantBy(unknown, Object.keys(kinds))}`);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function meantBy(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === undefined ? "" : `: did you mean ${meant}?`;
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
    // A gap counts as one. A member that is undefined is left out, as `JSON.stringify` does it; a place in a list cannot be.
    if (Array.isArray(next) && next.includes(undefined)) throw usage("the input has undefined in an array, which is no JSON");
    const prototype: unknown = Object.getPrototypeOf(next);
    if (!Array.isArray(next) && prototype !== null && Object.getPrototypeOf(prototype) !== null)
      throw usage("the input has an object of a class, which is no JSON");
    for (const each of Object.values(next)) waiting.push(each);
  }
}

const usage = (problem: string): PalyraError => new PalyraError("Usage", { problem });
