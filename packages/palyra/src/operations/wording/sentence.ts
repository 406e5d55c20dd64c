import type { Typed } from "./typed.ts";

/** How one code is told to a person. What comes out is safe for a terminal (T20). */
export interface Sentence<Details> {
  /** What failed, where and why, as one line without a full stop. */
  readonly says: (details: Details) => string;
  /** What that line has no room for, one line each. */
  readonly lists?: (details: Details) => readonly string[];
  /** What to do about it, with the options that the command takes. */
  readonly hint?: (details: Details, typed: Typed) => string | undefined;
  /** 1: refused or failed; 2: usage (spec 6). */
  readonly exit?: 2;
}
