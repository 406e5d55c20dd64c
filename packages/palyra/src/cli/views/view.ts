import type { Paint } from "../text/paint.ts";

/** An answer as lines for a person; bytes where these are the answer, with nothing added. Strings of strangers go through `safe` (T20); painting comes after measuring. */
export type View<Document> = (document: Document, paint: Paint, asked: Asked) => readonly string[] | Uint8Array;

/** The command's input, as it was asked for. */
export interface Asked {
  readonly [name: string]: unknown;
}
