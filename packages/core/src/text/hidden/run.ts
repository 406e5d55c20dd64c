import { codeTable } from "../unicode/code-table.ts";

/** Invisible characters in a row, with what one sees around them. */
export interface Run {
  readonly codes: readonly number[];
  readonly start: number;
  readonly end: number;
  /** -1 at the start and the end of the text. */
  readonly before: number;
  readonly after: number;
  /** How many of them are variation selectors, and tags. */
  readonly selectors: number;
  readonly tags: number;
}

const PICTOGRAPH = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u20e3/u;
const pictographs = codeTable((code) => (PICTOGRAPH.test(String.fromCodePoint(code)) ? 1 : 0));
export const isPictograph = (code: number): boolean => code > 0xa8 && pictographs(code) === 1;
