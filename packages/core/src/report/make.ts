import { type AuditResult, type Baseline, type Check, holdAgainst, type RuleData, resultsOf } from "../audit/index.ts";
import type { Platform } from "../platform/index.ts";
import { excerptsOf } from "./excerpt.ts";
import type { Program, Report, ReportResult, ReportSubject, SubjectProblem } from "./report.ts";

/** One artifact or folder, as far as it was audited. */
export interface Audited {
  readonly path: string;
  readonly sources?: ReadonlyMap<string, string>;
  readonly report?: AuditedReport;
  readonly problem?: SubjectProblem;
  /** Bytes of an entry, where they are at hand: lines are quoted from them. */
  readonly bytesOf?: (file: string) => Uint8Array | undefined;
}

/** As much of an audit report as is shown. */
export interface AuditedReport {
  readonly skill_id: string;
  readonly version: string;
  readonly publisher: string;
  readonly checks: readonly Check[];
}

export interface Making {
  readonly program: Program;
  readonly of: Report["of"];
  readonly audited: readonly Audited[];
  readonly rules: readonly RuleData[];
  readonly baseline?: { readonly file: string; readonly baseline: Baseline };
  /** Milliseconds since 1970: what has expired by then accepts nothing. */
  readonly now: number;
}

/** Takes audits apart, holds what was found against the baseline, and quotes its lines. */
export function makeReport({ program, of, audited, rules, baseline, now }: Making, platform: Pick<Platform, "sha256">): Report {
  const found = audited.map((each) => ({ each, results: each.report === undefined ? [] : resultsOf(each.report, platform) }));
  const all = found.flatMap(({ results }) => results);
  const held = baseline === undefined ? undefined : holdAgainst(baseline.baseline, all, now);
  const acceptedAs = (result: AuditResult): Pick<ReportResult, "accepted"> => {
    const accepted = held?.acceptanceOf(result);
    return accepted === undefined ? {} : { accepted };
  };
  return {
    program,
    of,
    rules,
    subjects: found.map(({ each, results }) => subjectOf(each, results, acceptedAs)),
    ...(baseline === undefined || held === undefined ? {} : { baseline: { file: baseline.file, problems: held.problems } }),
  };
}

function subjectOf(
  { path, sources, report, problem, bytesOf = () => undefined }: Audited,
  results: readonly AuditResult[],
  acceptedAs: (result: AuditResult) => Pick<ReportResult, "accepted">,
): ReportSubject {
  const excerpts = excerptsOf(results, bytesOf);
  return {
    path,
    ...(sources === undefined ? {} : { sources }),
    ...(problem === undefined ? {} : { problem }),
    ...(report === undefined
      ? {}
      : { skill: { skill_id: report.skill_id, version: report.version, publisher: report.publisher } }),
    checks: report?.checks ?? [],
    results: results.map((result) => {
      const excerpt = excerpts.get(result);
      return { ...result, ...acceptedAs(result), ...(excerpt === undefined ? {} : { excerpt }) };
    }),
  };
}
