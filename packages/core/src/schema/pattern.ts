import { RegExpParser } from "@eslint-community/regexpp";
import { ambiguityOf, Steps } from "./ambiguity.ts";
import { automatonOf } from "./automaton.ts";
import type { SchemaProblem } from "./walk.ts";

/** Code units of a regular expression that is looked into. */
const MAX_PATTERN = 2000;

/** The language as of 2024, on every engine the same. */
const parser = new RegExpParser({ ecmaVersion: 2024 });

/**
 * What is wrong with a regular expression of a schema: it is read with the `u` flag, as JSON Schema asks, and never run. One
 * that can take time exponential in the text fails; one that takes the third power or more is told (two is what every second
 * pattern for email addresses takes).
 */
export function judgePattern(source: string, steps: Steps = new Steps()): Omit<SchemaProblem, "path" | "quote"> | undefined {
  if (source.length > MAX_PATTERN) return { code: "pattern_too_large", problem: `at most ${MAX_PATTERN} characters` };
  const parsed = parse(source, true) ?? parse(source, false);
  if (parsed === undefined) return { code: "pattern_invalid", problem: "a regular expression of ECMA-262" };
  const automaton = automatonOf(parsed);
  const ambiguity = typeof automaton === "string" ? automaton : ambiguityOf(automaton, steps);
  if (ambiguity === "too_large") return { code: "pattern_too_large", problem: "a smaller regular expression" };
  if (ambiguity === "exponential") return { code: "pattern_exponential", problem: "a regular expression that cannot blow up" };
  if (ambiguity === "polynomial")
    return { code: "pattern_polynomial", problem: "a regular expression whose repetitions do not overlap" };
  if (parse(source, true) === undefined)
    return { code: "pattern_not_unicode", problem: "a regular expression that holds with the `u` flag" };
  if (ambiguity === "undecided")
    return {
      code: "pattern_undecided",
      problem: "a regular expression without back references and without optional parts that are counted",
    };
  return undefined;
}

function parse(source: string, unicode: boolean) {
  try {
    return parser.parsePattern(source, 0, source.length, { unicode });
  } catch {
    return undefined;
  }
}
