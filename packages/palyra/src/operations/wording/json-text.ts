import { UNSAFE, writeJson } from "palyra-skills/encoding";
import { asJson } from "./as-json.ts";

/** Spec 11.1: two spaces, one newline at the end; on one line for `--output-format ndjson`. */
export function jsonText(document: unknown, indent: 0 | 2): string {
  return `${visible(nativeText(document, indent) ?? writeJson(asJson(document), { indent }))}\n`;
}

/** What nearly every document is: nothing else need be asked of it. */
const BEYOND_ASCII = /[\x7f-\uffff]/;

/** The same document with what a terminal obeys, or nobody sees, as escapes: a person may be looking at it. T20. */
function visible(json: string): string {
  if (!BEYOND_ASCII.test(json)) return json;
  // The line feeds between the lines are the document's own: within its strings they are escaped already.
  return json.replace(UNSAFE, (unsafe) => (unsafe === "\n" ? unsafe : escaped(unsafe)));
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    const unit = character.charCodeAt(at).toString(16).padStart(4, "0");
    return `\\u${unit}`;
  }).join("");
}

/** The engine's own writer, ten times as fast; undefined where there are integers that only a bigint holds: it has no form for them. */
function nativeText(document: unknown, indent: 0 | 2): string | undefined {
  try {
    return JSON.stringify(document, undefined, indent);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
