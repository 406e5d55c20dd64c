/**
 * A TOML text as a tree that still knows its places. Offsets are UTF-16 code units in the text without its byte order
 * mark. Tables are Maps, so no key is special.
 */
export type TomlNode = TomlString | TomlInteger | TomlFloat | TomlBoolean | TomlDate | TomlArray | TomlTable | TomlInvalid;

interface Span {
  readonly start: number;
  readonly end: number;
}

export interface TomlString extends Span {
  readonly kind: "string";
  readonly value: string;
}

/** From -2^63 to 2^64-1. */
export interface TomlInteger extends Span {
  readonly kind: "integer";
  readonly value: bigint;
}

/** `inf` and `nan` are floats of TOML. */
export interface TomlFloat extends Span {
  readonly kind: "float";
  readonly value: number;
}

export interface TomlBoolean extends Span {
  readonly kind: "boolean";
  readonly value: boolean;
}

/** Any of TOML's four kinds of dates and times. No field of a manifest takes one, so its text is all that is kept. */
export interface TomlDate extends Span {
  readonly kind: "date";
}

export interface TomlArray extends Span {
  readonly kind: "array";
  readonly items: TomlNode[];
  /** Made by `[[headers]]`, which may add to it; a written array is closed. */
  readonly ofTables: boolean;
}

/** The span of a table with a header is that of its header; of the root, an empty one at the start. */
export interface TomlTable {
  readonly kind: "table";
  readonly members: Map<string, TomlMember>;
  /** How it came to be, which decides what later statements may do with it. */
  origin: TableOrigin;
  start: number;
  end: number;
}

/** `implicit`: named on the way to another header only, so that it may still get one of its own. */
export type TableOrigin = "root" | "header" | "implicit" | "dotted" | "inline";

/** A value that has been reported already, a number out of range; whoever meets it keeps silent. */
export interface TomlInvalid extends Span {
  readonly kind: "invalid";
}

export interface TomlMember {
  readonly key: TomlKey;
  readonly node: TomlNode;
}

/** One part of a key. */
export interface TomlKey extends Span {
  readonly name: string;
}

export function newTable(origin: TableOrigin, start: number, end: number): TomlTable {
  return { kind: "table", start, end, members: new Map(), origin };
}
