import { type AuditResult, MAX_QUOTED_CHARACTERS, type Place } from "../audit/index.ts";
import { decodeUtf8 } from "../encoding/index.ts";

/** A line of a file, or the part of it about a column; raw, to be escaped where it is shown (T20). */
export interface Excerpt {
  readonly line: number;
  /** What stands before the place, and from it on; with `…` where something was cut. */
  readonly before: string;
  readonly after: string;
}

/** Code points before a place and from it on: with a line's number they fit a terminal of 80 columns, in which a caret would else be moved. */
const MAX_BEFORE = 28;
const MAX_AFTER = 32;

/**
 * The lines in which results have their places. A line is shown only where nothing found in it is redacted: where the finding's
 * own quote stands in it, or it has none. So a secret that a rule keeps back is not shown by the line that it is in.
 */
export function excerptsOf(
  results: readonly AuditResult[],
  bytesOf: (file: string) => Uint8Array | undefined,
): ReadonlyMap<AuditResult, Excerpt> {
  const lines = linesOf(results, bytesOf);
  const withheld = new Set(results.filter((result) => isRedacted(result, lines)).map(({ place }) => keyOf(place)));
  const excerpts = new Map<AuditResult, Excerpt>();
  for (const result of results) {
    const { place } = result;
    const text = lines.get(keyOf(place));
    if (place?.line !== undefined && text !== undefined && !withheld.has(keyOf(place)))
      excerpts.set(result, excerptOf(text, place.line, place.column ?? 1));
  }
  return excerpts;
}

/** The same of a line that is at hand. */
export function excerptOf(text: string, line: number, column: number): Excerpt {
  const points = [...text];
  const at = Math.min(column - 1, points.length);
  const from = Math.max(0, at - MAX_BEFORE);
  // The sign of a cut is as wide as what it would stand for.
  const to = points.length <= at + MAX_AFTER + 1 ? points.length : at + MAX_AFTER;
  return {
    line,
    before: `${from > 0 ? "…" : ""}${points.slice(from, at).join("")}`,
    after: `${points.slice(at, to).join("")}${to < points.length ? "…" : ""}`,
  };
}

const keyOf = (place: Place | undefined): string => `${place?.line ?? 0} ${place?.file ?? ""}`;

/** Rules whose quotes are never what stands there. */
const REDACTING: ReadonlySet<string> = new Set(["embedded_secrets"]);

function isRedacted({ rule, place, quote }: AuditResult, lines: ReadonlyMap<string, string>): boolean {
  if (place?.line === undefined) return false;
  if (REDACTING.has(rule)) return true;
  if (quote === undefined) return false;
  // Only a quote that is as long as they get was cut; in a shorter one the sign may stand for what a rule kept back.
  const cut = [...quote].length > MAX_QUOTED_CHARACTERS ? quote.slice(0, -1) : quote;
  const [start = ""] = cut.split(/\r?\n/);
  return !(lines.get(keyOf(place)) ?? "").includes(start);
}

/** Longest line that is looked at, in code units: one of megabytes is no line for a person. */
const MAX_LINE = 100_000;

/** The lines that results name, each file gone through once. */
function linesOf(
  results: readonly AuditResult[],
  bytesOf: (file: string) => Uint8Array | undefined,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [file, wanted] of wantedLines(results)) {
    const bytes = bytesOf(file);
    const text = bytes === undefined ? undefined : decodeUtf8(bytes);
    if (text === undefined) continue;
    let start = 0;
    for (let line = 1; start <= text.length && wanted.size > 0; line++) {
      const end = text.indexOf("\n", start);
      const stop = end === -1 ? text.length : end;
      if (wanted.delete(line) && stop - start <= MAX_LINE)
        found.set(
          keyOf({ file, line }),
          text
            .slice(start, stop)
            .replace(/\r$/, "")
            .replace(line === 1 ? /^\ufeff/ : "", ""),
        );
      start = stop + 1;
    }
  }
  return found;
}

function wantedLines(results: readonly AuditResult[]): ReadonlyMap<string, Set<number>> {
  const wanted = new Map<string, Set<number>>();
  for (const { place } of results) {
    if (place?.line === undefined) continue;
    const lines = wanted.get(place.file) ?? new Set();
    wanted.set(place.file, lines.add(place.line));
  }
  return wanted;
}
