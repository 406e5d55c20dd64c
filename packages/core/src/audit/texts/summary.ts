import type { Finding } from "../finding.ts";
import { counted, named, quoted } from "../wording.ts";

/** What a rule says of all that it found: the gravest first. */
export function summaryOf(what: string, found: readonly Finding[]): string {
  const grave = found.filter(({ status }) => status === "fail");
  const shown = grave.length > 0 ? grave : found;
  const [first] = shown;
  const advice = first === undefined ? "" : ` ${first.message}`;
  return `${what} (${counted(found.length, "place")}): ${named(shown, whereOf)}.${advice}`;
}

function whereOf({ code, place, quote }: Finding): string {
  const line = place.line === undefined ? "" : `, line ${place.line}`;
  const field = place.field === undefined ? "" : ` ${quoted(place.field)}`;
  return `\`${code}\` in ${quoted(place.file)}${field}${line}${quote === undefined ? "" : `: ${quoted(quote)}`}`;
}
