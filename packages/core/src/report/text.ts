/**
 * A report for a terminal: each result with its place, the line quoted and a caret under it. Strings of strangers are made visible
 * (T20); how words are painted, and how wide they are, says whoever shows them.
 */

import { visible } from "../encoding/index.ts";
import type { Fault } from "../errors.ts";
import { type Excerpt, excerptOf } from "./excerpt.ts";
import { fieldInWords, pathOf, placeInWords, placeOf } from "./location.ts";
import {
  accepted,
  baselineProblemInWords,
  type Report,
  type ReportResult,
  type ReportSubject,
  ranked,
  type SubjectProblem,
  silenced,
  statementInWords,
  totalsOf,
} from "./report.ts";
import { totalsInWords } from "./words.ts";

export interface TextStyle {
  good(text: string): string;
  warning(text: string): string;
  bad(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
  /** Columns of a text without anything that is not seen. */
  width(text: string): number;
  /** A text of a stranger with nothing in it that a terminal obeys. */
  safe(text: string): string;
}

const asItIs = (text: string): string => text;

export const PLAIN: TextStyle = {
  good: asItIs,
  warning: asItIs,
  bad: asItIs,
  strong: asItIs,
  faint: asItIs,
  width: (text) => [...text].length,
  safe: visible,
};

export const textReport = (report: Report, style: TextStyle = PLAIN): string =>
  textLines(report, style)
    .map((line) => `${line}\n`)
    .join("");

export function textLines({ subjects, baseline }: Report, style: TextStyle): string[] {
  const totals = totalsOf(subjects);
  const sum = totalsInWords(totals);
  const problems = baseline?.problems ?? [];
  return [
    ...subjects.flatMap((subject) => [...subjectLines(subject, style), ""]),
    ...problems.map((each) => `${style.warning("baseline")}  ${prose(baselineProblemInWords(each), style)}`),
    ...(problems.length === 0 ? [] : [""]),
    totals.fail + totals.problems > 0 ? style.bad(sum) : totals.warn > 0 ? style.warning(sum) : style.good(sum),
  ];
}

/** As wide as the longest label, and two blanks behind it. */
const INDENT = " ".repeat(11);
const LABELS = { fail: "fail   ", warn: "warn   ", skipped: "skipped" } as const;

function subjectLines(subject: ReportSubject, style: TextStyle): string[] {
  const { skill, path, problem, results, checks } = subject;
  const { strong, faint, safe } = style;
  const { fail } = totalsOf([subject]);
  const verdict = problem !== undefined ? style.bad("not audited") : fail > 0 ? style.bad("failed") : style.good("passed");
  const name = skill === undefined ? "" : `${strong(safe(skill.skill_id))} ${safe(skill.version)}  `;
  const passed = checks.filter(({ status }) => status === "pass").length;
  return [
    `${verdict}  ${name}${faint(safe(path))}`,
    ...(problem === undefined ? [] : problemLines(subject, problem, style)),
    ...ranked(results).flatMap((result) => resultLines(subject, result, style)),
    ...accepted(results).flatMap((result) => acceptedLines(subject, result, style)),
    ...silenced(results).flatMap((result) => silencedLines(subject, result, style)),
    ...(checks.length === 0 ? [] : [faint(`  ${passed} of ${checks.length} checks passed`)]),
  ];
}

function resultLines(subject: ReportSubject, result: ReportResult, style: TextStyle): string[] {
  const { status, message } = result;
  const label = status === "fail" ? style.bad(LABELS.fail) : style.warning(LABELS[status]);
  const id = style.safe(idOf(result));
  return [`  ${label}  ${prose(message, style)} ${style.faint(`(${id})`)}`, ...placeLines(subject, result, style)];
}

function acceptedLines(subject: ReportSubject, result: ReportResult, style: TextStyle): string[] {
  const by = result.accepted;
  const why = `accepted by ${by?.owner ?? ""} until ${by?.expires ?? ""}: ${by?.reason ?? ""}`;
  return knownLines("accept ", subject, result, why, style);
}

function silencedLines(subject: ReportSubject, result: ReportResult, style: TextStyle): string[] {
  return knownLines("silent ", subject, result, result.silenced === undefined ? "" : statementInWords(result.silenced), style);
}

/** What nobody has to act on, and why. */
function knownLines(label: string, subject: ReportSubject, result: ReportResult, why: string, style: TextStyle): string[] {
  return [
    `  ${style.faint(label)}  ${prose(result.message, style)} ${style.faint(`(${style.safe(idOf(result))})`)}`,
    `${INDENT}${style.strong(style.safe(why))}`,
    ...placeLines(subject, result, style),
  ];
}

const idOf = ({ check_id, code }: ReportResult): string => (code === undefined ? check_id : `${check_id}: ${code}`);

function placeLines(subject: ReportSubject, result: ReportResult, style: TextStyle): string[] {
  if (result.place === undefined) return [];
  const place = placeOf(result);
  const where = style.strong(style.safe(placeInWords(pathOf(subject, place.file), place)));
  const field = fieldInWords(place);
  const first = `${INDENT}${where}${field === "" ? "" : `  ${style.safe(field)}`}`;
  if (result.excerpt !== undefined) return [first, ...quoteLines(result.excerpt, String(result.excerpt.line), style)];
  if (result.quote === undefined) return [first];
  return [first, ...quoteLines({ before: "", after: result.quote }, " ", style)];
}

/** `12 | the line` and a caret under the place, whatever is escaped before it. */
function quoteLines({ before, after }: Omit<Excerpt, "line">, gutter: string, style: TextStyle): string[] {
  const shown = style.safe(before);
  const bar = `${INDENT}${gutter} | `;
  const caret = `${INDENT}${" ".repeat(gutter.length)} ${style.faint("|")} ${" ".repeat(style.width(shown))}${style.bad("^")}`;
  return [`${style.faint(bar)}${shown}${style.safe(after)}`, caret];
}

function problemLines(subject: ReportSubject, problem: SubjectProblem, style: TextStyle): string[] {
  const faults = problem.faults ?? [];
  const file = problem.document === undefined ? subject.path : pathOf(subject, problem.document);
  return [
    `${INDENT}${prose(problem.message, style)} ${style.faint(`(${style.safe(problem.code)})`)}`,
    ...faults.flatMap((fault) => faultLines(fault, file, style)),
  ];
}

function faultLines({ path, problem, found, allowed, line, column, quote }: Fault, file: string, style: TextStyle): string[] {
  const more = [...(found === undefined ? [] : [`found ${found}`]), ...(allowed === undefined ? [] : [`allowed: ${allowed}`])];
  const where = line === undefined ? file : placeInWords(file, { file, line, ...(column === undefined ? {} : { column }) });
  const said = `${path === "" ? "" : `${path}: `}${problem}${more.length === 0 ? "" : ` (${more.join("; ")})`}`;
  const first = `${INDENT}${style.strong(style.safe(where))}  ${style.safe(said)}`;
  if (line === undefined || quote === undefined) return [first];
  return [first, ...quoteLines(excerptOf(quote, line, column ?? 1), String(line), style)];
}

/** Names in our sentences stand between back-ticks, which a terminal shows as quotes. */
const prose = (message: string, { safe }: TextStyle): string => safe(message.replaceAll("`", '"'));
