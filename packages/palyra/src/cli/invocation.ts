import { nearest } from "palyra-skills/encoding";
import { principalProblem } from "../call.ts";
import type { Field, Operation, RawInput } from "../operations/operation.ts";
import { quoted, safe } from "../operations/wording/safe.ts";
import type { SettingsOptions } from "../settings.ts";
import { GLOBAL_OPTIONS, LATER_GLOBALS, MAX_LISTED_CHOICES, type Option, optionsOf, settingsOf } from "./options.ts";
import { readWords, usage, type Words } from "./words.ts";

/** A command line, taken apart for one operation. */
export interface Invocation {
  readonly input: RawInput;
  readonly settings: SettingsOptions;
  /** `--yes` or `--non-interactive`: nobody is asked. */
  readonly unattended: boolean;
  readonly yes: boolean;
}

/** Reads the words of a command. All that is wrong with them is one `Usage`. */
export function readInvocation(operation: Operation<unknown>, commandWords: readonly string[]): Invocation {
  const options = [...optionsOf(operation), ...GLOBAL_OPTIONS];
  const words = readWords(commandWords, { options, later: { ...operation.later, ...LATER_GLOBALS } });
  requireChoices(words, options);
  const input = inputOf(operation, words, options);
  const problems = operation.problems(input);
  if (problems.length > 0) throw usage(problems.join("; "), "--help shows how it is used");
  requireOrigin(words);
  const yes = words.flags.has("yes");
  return { input, settings: settingsOf(words.texts), unattended: yes || words.flags.has("non-interactive"), yes };
}

/** Global words alone: for help, which needs no more. */
export function readGlobals(commandWords: readonly string[]): Words {
  return readWords(commandWords, { options: GLOBAL_OPTIONS, later: LATER_GLOBALS });
}

function requireChoices(words: Words, options: ReturnType<typeof optionsOf>): void {
  for (const { name, choices = [] } of options) {
    const value = words.texts.get(name);
    if (value === undefined || choices.length === 0 || choices.includes(value)) continue;
    const like = nearest(value, choices);
    const hint = like === undefined ? undefined : `did you mean --${name} ${like}?`;
    const listed = choices.length > MAX_LISTED_CHOICES ? `the ${choices.length} that there are` : choices.join(", ");
    throw usage(`--${name} ${quoted(value)} is none of ${listed}`, hint);
  }
}

/** What the journal will say of whoever asked: a name without blanks, and the ULID that the help asks for. */
function requireOrigin({ texts }: Words): void {
  const device = texts.get("device-id");
  if (device !== undefined && device.trim() !== "" && !/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i.test(device))
    throw usage(`--device-id ${quoted(device)} is no ULID: 26 characters, digits and letters without I, L, O and U`);
  const principal = texts.get("principal");
  const problem = principal === undefined || principal.trim() === "" ? undefined : principalProblem(principal);
  if (principal !== undefined && problem !== undefined) throw usage(`--principal ${quoted(principal)} ${problem}`);
}

function inputOf(operation: Operation<unknown>, words: Words, options: readonly Option[]): RawInput {
  const { fields, positional, confidential } = operation;
  const input: { [field: string]: unknown } = {};
  for (const field of fields) {
    const value = positional.includes(field.name) ? undefined : readField(field, words);
    if (value !== undefined) input[field.name] = value;
  }
  let left = words.others;
  for (const name of positional) {
    const several = fields.some((field) => field.name === name && field.kind === "list");
    const taken = several ? left : left[0];
    if (taken !== undefined && taken.length > 0) input[name] = taken;
    else if (taken === "") input[name] = taken;
    left = several ? [] : left.slice(1);
  }
  const [tooMany] = left;
  if (tooMany === undefined) return input;
  if (confidential) throw usage("there is an argument too many", "--help shows how it is used");
  const meant = options.find(({ name, kind, required }) => required === true && kind === "text" && !words.texts.has(name));
  const isInput = /^[{[]/.test(tooMany) && options.some(({ name }) => name === "input") && !words.texts.has("input");
  const like = isInput ? `--input '${safe(tooMany)}'` : meant === undefined ? undefined : `--${meant.name} ${safe(tooMany)}`;
  const hint = like === undefined ? "--help shows how it is used" : `did you mean ${like}?`;
  throw usage(`unexpected argument ${quoted(tooMany)}`, hint);
}

function readField({ option, kind }: Field, words: Words): unknown {
  switch (kind) {
    case "flag":
    case "mention":
      return words.flags.has(option) ? true : undefined;
    case "list":
      return words.lists.get(option);
    case "text":
      return words.texts.get(option);
    case "number": {
      const text = words.texts.get(option);
      return text !== undefined && /^-?[0-9]+$/.test(text) ? Number(text) : text;
    }
  }
}
