import { encodeUtf8 } from "../encoding/index.ts";
import { MAX_PATH_BYTES, MAX_SEGMENT_BYTES } from "./limits.ts";

/** Starts or ends with white space, all of Unicode's. */
const WHITE_SPACE_AT_AN_EDGE = /^\p{White_Space}|\p{White_Space}$/u;

/**
 * Control and format characters, lone surrogates, line separators, and what is drawn as nothing: bidi controls and zero-width characters
 * among them. Variation selectors, without which many symbols have no colour, stay.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?!\p{Variation_Selector})\p{Default_Ignorable_Code_Point}/u;

/** What Windows takes in no name, beside the separators and the colon. */
const FORBIDDEN_ON_WINDOWS = /[<>"|?*]/;

/** The devices of Windows, which it sees behind any extension and any trailing space. */
const DEVICE = /^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[1-9\u00b9\u00b2\u00b3]) *(?:\.|$)/i;

/** A version of VMS, which some readers take off: with it and without it is one file to them. */
const VMS_VERSION = /;[0-9]*$/;

/**
 * What is wrong with a relative path by spec 1.3 alone, which is what a manifest's roots are held to (vector U11):
 * undefined for nothing, else a few words.
 */
export function basicPathProblem(path: string): string | undefined {
  if (path === "") return "empty";
  if (path.startsWith("/")) return "absolute";
  if (path.includes("\0")) return "a NUL";
  if (path.includes("\\")) return "a back-slash";
  if (path.includes(":")) return "a colon";
  if (WHITE_SPACE_AT_AN_EDGE.test(path)) return "white space at an end";
  for (const segment of path.split("/")) {
    if (segment === "") return "an empty segment";
    if (segment === "." || segment === "..") return `a segment ${segment}`;
  }
  return undefined;
}

/**
 * What is wrong with an entry's path (spec 1.3 and 1.6, T13), a folder's being given without its final slash: undefined
 * for nothing, else a few words. Names that one system folds into another, or that a person cannot see, are refused.
 */
export function pathProblem(path: string): string | undefined {
  const problem = basicPathProblem(path);
  if (problem !== undefined) return problem;
  if (HIDDEN.test(path)) return "a control, bidi or invisible character";
  if (FORBIDDEN_ON_WINDOWS.test(path)) return "a character that Windows takes in no name";
  if (isLonger(path, MAX_PATH_BYTES)) return `over ${MAX_PATH_BYTES} bytes`;
  for (const segment of path.split("/")) {
    if (WHITE_SPACE_AT_AN_EDGE.test(segment)) return "white space at an end of a segment";
    if (segment.endsWith(".")) return "a segment that ends with a dot";
    if (VMS_VERSION.test(segment)) return "a segment that ends with a version of VMS";
    if (DEVICE.test(segment)) return "the name of a Windows device";
    if (isLonger(segment, MAX_SEGMENT_BYTES)) return `a segment over ${MAX_SEGMENT_BYTES} bytes`;
  }
  return undefined;
}

/** Over so many bytes of UTF-8; a code unit takes three at most. */
function isLonger(text: string, limit: number): boolean {
  return text.length * 3 > limit && encodeUtf8(text).length > limit;
}

/** Spec 1.6: names that are equal once folded are one file on some system. */
export function foldName(name: string): string {
  if (/^[\x20-\x7e]*$/.test(name)) return name.toLowerCase();
  return (
    name
      .normalize("NFC")
      .replace(/[\u0130\u0131]/g, "i")
      // Capital sharp s, which is its own upper case; the small one's is SS.
      .replaceAll("\u1e9e", "ss")
      .toUpperCase()
      .toLowerCase()
      .replaceAll("\u03c2", "\u03c3")
      // What U+0130 is in lower case.
      .replaceAll("i\u0307", "i")
      .normalize("NFC")
  );
}
