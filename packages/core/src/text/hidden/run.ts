/** Invisible characters in a row, with what one sees around them. */
export interface Run {
  readonly codes: readonly number[];
  readonly start: number;
  readonly end: number;
  /** -1 at the start and the end of the text. */
  readonly before: number;
  readonly after: number;
}

const PICTOGRAPH = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u20e3/u;
export const isPictograph = (code: number): boolean => code > 0xa8 && PICTOGRAPH.test(String.fromCodePoint(code));
