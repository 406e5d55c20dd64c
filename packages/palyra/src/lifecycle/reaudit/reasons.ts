/** Why a re-audit quarantines a skill, as codes and as the text that the journal keeps (spec 5.4). Pure. */

/** One thing that is wrong. `code` is an error's code, a check's id, or one of these. */
export interface Finding {
  readonly code: string;
  /** Which file, key, module: may hold strings of strangers. */
  readonly detail?: string;
}

export const MISSING_ARTIFACT = "periodic_reaudit_missing_artifact";
const REAUDIT_FAILED = "periodic_reaudit_failed";
/** Of a skill: a refusal for want of evidence (T19). */
export const THREAD_DIED = "audit_thread_died";
/** The same, of the whole process, three times in a row. */
export const PROCESS_DIED = "audit_process_died";

/** Of a skill that index and folder have, and the journal's chain does not have so (T1, T31). */
export const NOT_AS_JOURNALED = "not_as_journaled";

/** Findings that a reason names, and characters of each and of the whole. */
const MAX_NAMED = 8;
const MAX_DETAIL = 120;
const MAX_REASON = 800;

/** The reason of a status row; `findings` is not empty. */
export function reasonOf(findings: readonly Finding[]): string {
  if (findings.some(({ code }) => code === MISSING_ARTIFACT)) return MISSING_ARTIFACT;
  const named = findings
    .slice(0, MAX_NAMED)
    .map(({ code, detail }) => (detail === undefined ? code : `${code} (${shown(detail)})`));
  const more = findings.length > MAX_NAMED ? `; and ${findings.length - MAX_NAMED} more` : "";
  return `${REAUDIT_FAILED}: ${cut(named.join("; "), MAX_REASON)}${more}`;
}

/** Each code once, in the order of the findings. */
export function codesOf(findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.map(({ code }) => code))];
}

/** A file's name may hold anything, a line feed or a bidirectional mark as well: what is not plain is escaped. */
function shown(detail: string): string {
  const plain = detail.replaceAll(/[^\x20-\x7e]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  return cut(plain, MAX_DETAIL);
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
