import type { SqlValue } from "../files/index.ts";

/** Another program may have put anything there: what is no text reads as a text that means nothing. */
export function text(value: SqlValue | undefined): string {
  if (typeof value === "string") return value;
  return value instanceof Uint8Array || value === null || value === undefined ? "" : String(value);
}
