/** Spec 2.2. What publishers, tools, capabilities and secret keys are named with. */
const IDENTIFIER = /^[a-z0-9._:-]+$/;
const EMPTY_SEGMENT = /^\.|\.\.|\.$/;
const LABEL = /^[a-z0-9._-]+$/;
const ENTRYPOINT = /^[a-z0-9_-]+$/;
const BLANK = /^\p{White_Space}*$/u;
const WHITE = /^\p{White_Space}$/u;
const PADDED = /^\p{White_Space}|\p{White_Space}$/u;

/** Spec 2.2: `[a-z0-9._:-]+`. Upper case, other scripts and white space are not folded but refused (T4). */
export const isIdentifier = (text: string): boolean => IDENTIFIER.test(text);

/** Spec 2.2: an identifier without `:` and without an empty segment between dots. */
export const isSkillId = (text: string): boolean => LABEL.test(text) && !EMPTY_SEGMENT.test(text);

/** Spec 2.1: categories, tags and keys of configuration properties. */
export const isLabel = (text: string): boolean => LABEL.test(text);

/** Spec 2.1: `default_entrypoint`. */
export const isEntrypoint = (text: string): boolean => ENTRYPOINT.test(text);

/** Nothing, or white space of Unicode only. Zero-width characters are not white space (vector U3). */
export const isBlank = (text: string): boolean => BLANK.test(text);

/** White space of Unicode at either end. */
export const isPadded = (text: string): boolean => PADDED.test(text);

/** Without the white space of Unicode at its ends; for comparing only, nothing is stored like this (T4). */
export function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && WHITE.test(text.charAt(start))) start++;
  while (end > start && WHITE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
