import type { TextKind } from "../match.ts";

/** Characters before a match in which its sentence is looked at. */
const BEFORE = 120;

const QUOTES = /["'`“”„‘’«»「」『』]/;
/** Who talks of attacks does not make one. */
const ABOUT_ATTACKS =
  /\b(?:detect\w*|block\w*|flag\w*|scan\w*|prevent\w*|reject\w*|refus\w*|filter\w*|defen[ds]\w*|mitigat\w*|recogni[sz]\w*|phrases?|attacks?|attackers?|injections?|jailbreaks?|malicious|patterns?|payloads?|such as|for example|e\.g\.|examples?|like)\b/i;

/** What documents show in quotes or code to be done, not to be talked of. */
const DONE: ReadonlySet<string> = new Set(["command", "foreign_files", "exfiltration"]);

/**
 * Is what stands there spoken of, rather than said? In quotes or code, in a sentence that speaks of attacks; in an asset the
 * quotes are enough, since documents quote.
 */
export function isMentioned(code: string, text: string, start: number, end: number, kind: TextKind): boolean {
  const before = text.slice(Math.max(0, start - BEFORE), start);
  const quoted = QUOTES.test(before.slice(-40)) && QUOTES.test(text.slice(end, end + 60));
  if (!quoted) return false;
  return (kind === "asset" && !DONE.has(code)) || ABOUT_ATTACKS.test(before);
}
