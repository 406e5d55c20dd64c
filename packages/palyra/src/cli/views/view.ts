import type { Paint } from "../text/paint.ts";

/** An answer as lines for a person. Strings of strangers go through `safe` (T20); painting comes after measuring. */
export type View<Document> = (document: Document, paint: Paint) => readonly string[];
