/** What a report is made of, whatever its form: plain data, put together by whoever audited. */

import type { Acceptance, AuditResult, BaselineProblem, Check, RuleData, SilencingStatement } from "../audit/index.ts";
import type { Fault } from "../errors.ts";
import type { Excerpt } from "./excerpt.ts";

export interface Report {
  readonly program: Program;
  /** What was done: an audit of artifacts, or of the folders that they are made from. */
  readonly of: "audit" | "lint";
  readonly subjects: readonly ReportSubject[];
  /** All that could have said something. */
  readonly rules: readonly RuleData[];
  /** Where findings were held against one. */
  readonly baseline?: ReportBaseline;
}

export interface Program {
  readonly name: string;
  readonly version: string;
}

export interface ReportBaseline {
  /** As it was given. */
  readonly file: string;
  readonly problems: readonly BaselineProblem[];
}

/** One artifact or folder. */
export interface ReportSubject {
  /** As it was given: of the artifact, or of the folder. */
  readonly path: string;
  /** Files of a folder, by the entries that they would be packed as; entries of an artifact lie in it. */
  readonly sources?: ReadonlyMap<string, string>;
  /** Absent where it could not be read. */
  readonly skill?: { readonly skill_id: string; readonly version: string; readonly publisher: string };
  readonly checks: readonly Check[];
  /** Everything but what passed. */
  readonly results: readonly ReportResult[];
  /** Why it could not be audited. */
  readonly problem?: SubjectProblem;
}

export interface ReportResult extends AuditResult {
  readonly accepted?: Acceptance;
  /** The line of its place; absent for bytes, and where the line is not to be shown. */
  readonly excerpt?: Excerpt;
}

export interface SubjectProblem {
  /** Of an error: `ManifestParse`. */
  readonly code: string;
  readonly message: string;
  /** All that is wrong with a document. */
  readonly faults?: readonly Fault[];
  /** The entry that they are in. */
  readonly document?: string;
}

/** What counts: not accepted by anybody, nor silenced by a statement (VEX). */
export const open = (results: readonly ReportResult[], status: AuditResult["status"]): readonly ReportResult[] =>
  results.filter((result) => result.status === status && result.accepted === undefined && result.silenced === undefined);

export const accepted = (results: readonly ReportResult[]): readonly ReportResult[] =>
  results.filter((result) => result.accepted !== undefined && result.silenced === undefined);

export const silenced = (results: readonly ReportResult[]): readonly ReportResult[] =>
  results.filter((result) => result.silenced !== undefined);

/** `not affected (vulnerable code not present): why, says vex.json`. */
export function statementInWords({ status, justification, detail, source }: SilencingStatement): string {
  if (status === "") return "silenced by statements";
  const words = (text: string) => text.replaceAll("_", " ");
  const because = justification === undefined ? "" : ` (${words(justification)})`;
  return `${words(status)}${because}${detail === undefined ? "" : `: ${withoutStop(detail)}`}, says ${source}`;
}

export interface Totals {
  readonly fail: number;
  readonly warn: number;
  readonly skipped: number;
  readonly accepted: number;
  readonly silenced: number;
  /** Could not be audited. */
  readonly problems: number;
}

export function totalsOf(subjects: readonly ReportSubject[]): Totals {
  const results = subjects.flatMap((subject) => subject.results);
  return {
    fail: open(results, "fail").length,
    warn: open(results, "warn").length,
    skipped: open(results, "skipped").length,
    accepted: accepted(results).length,
    silenced: silenced(results).length,
    problems: subjects.filter(({ problem }) => problem !== undefined).length,
  };
}

/** `acme.echo 1.0.0`; the path of what has no name. */
export const titleOf = ({ skill, path }: ReportSubject): string =>
  skill === undefined ? path : `${skill.skill_id} ${skill.version}`;

/** Worse first, otherwise in the order of the report. */
export const ranked = (results: readonly ReportResult[]): readonly ReportResult[] =>
  (["fail", "warn", "skipped"] as const).flatMap((status) => open(results, status));

/** A sentence that is to stand within another. */
export const withoutStop = (sentence: string): string => sentence.replace(/\.$/, "");

/** What is said of an entry of the baseline that accepts nothing. */
export function baselineProblemInWords({ problem, entry }: BaselineProblem): string {
  const { check_id, what, owner, expires } = entry;
  const about = `${check_id}${what === undefined ? "" : `, ${withoutStop(what)}`}`;
  if (problem === "expired")
    return `Accepted by ${owner} until ${expires}, which is past: ${about}. Mend it, or accept it anew with a reason.`;
  return `Accepted by ${owner}, and not found any more: ${about}. Take the entry out of the baseline.`;
}
