import { decodeUtf8 } from "../../encoding/index.ts";
import type { Matches } from "../match.ts";
import { scriptOf } from "../unicode/scripts.ts";
import { isPictograph, type Run } from "./run.ts";

export const isSelector = (code: number): boolean =>
  (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0100 && code <= 0xe01ef) || (code >= 0x180b && code <= 0x180d);

/** Selectors behind characters that have no variants: so many spell a message, one byte behind each letter. */
const MANY = 8;

/**
 * Variation selectors: 256 invisible characters that hold a byte each. One behind a character that has variants (emoji,
 * symbols, ideographs) is ordinary; several in a row never are.
 */
export function selectorMatches(runs: readonly Run[], found: Matches): void {
  const hasRoom = () => found.hasRoom("variation_selectors", "fail");
  const single: Run[] = [];
  for (const run of runs) {
    if (run.selectors > 1 && hasRoom())
      found.add("variation_selectors", "fail", run.start, run.end, bytesOf(run.codes.filter(isSelector)));
    else if (run.selectors === 1 && !hasVariants(run)) single.push(run);
  }
  const status = single.length >= MANY ? "fail" : "warn";
  if (single.length === 0 || !found.hasRoom("variation_selectors", status)) return;
  const spelled = status === "fail" ? bytesOf(single.map(({ codes }) => codes.find(isSelector) ?? 0)) : undefined;
  for (const { start, end } of single) found.add("variation_selectors", status, start, end, spelled);
}

function hasVariants({ codes, before, after }: Run): boolean {
  const [code = 0] = codes;
  if (!isSelector(code)) return false;
  if (code >= 0x180b && code <= 0x180d) return scriptOf(before) === "Mongolian";
  if (code >= 0xe0100) return scriptOf(before) === "Han";
  if (code >= 0xfe0e) return isPictograph(before) || isSymbol(before) || (after === 0x20e3 && before > 0x22);
  return before > 0x7f || (code === 0xfe00 && before === 0x30);
}

/** Arrows, technical signs, shapes and dingbats, and what is made of CJK marks: font makers give them both forms. */
const isSymbol = (code: number): boolean =>
  (code >= 0x2000 && code <= 0x2bff) || (code >= 0x3000 && code <= 0x33ff) || code === 0xa9 || code === 0xae || code > 0x1f000;

/** What the selectors spell when each is a byte, if that is text. */
function bytesOf(codes: readonly number[]): string | undefined {
  const bytes = codes.filter((code) => code >= 0xfe00).map((code) => (code >= 0xe0100 ? code - 0xe0100 + 16 : code - 0xfe00));
  const text = decodeUtf8(Uint8Array.from(bytes));
  return text !== undefined && /^[\t\n\r\u0020-\u007e\u00a0-\uffff]+$/.test(text) ? text : undefined;
}
