/**
 * One page of HTML: no script, no outside resource, nothing that its own policy would let in. Every text is escaped; of links there are
 * only those of rules, which are ours.
 */
import { type Reference, type RuleData, referencesOf } from "../audit/index.ts";
import { encodeUtf8, toBase64, visible } from "../encoding/index.ts";
import type { Sha256 } from "../platform/index.ts";
import type { Excerpt } from "./excerpt.ts";
import { STYLE } from "./html-style.ts";
import { fieldInWords, pathOf, placeInWords, placeOf } from "./location.ts";
import { escaped } from "./markup.ts";
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
  titleOf,
  totalsOf,
} from "./report.ts";
import { totalsInWords } from "./words.ts";

/** `sha256`: for the policy, which names the one style by its digest. */
export function htmlReport(report: Report, { sha256 }: { readonly sha256: () => Sha256 }): string {
  const { program, subjects, rules, baseline } = report;
  const totals = totalsOf(subjects);
  const digest = toBase64(sha256().update(encodeUtf8(STYLE)).digest());
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  const verdict = totals.fail + totals.problems > 0 ? "fail" : totals.warn > 0 ? "warn" : "pass";
  return [
    "<!DOCTYPE html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>Palyra Skills: ${escaped(totalsInWords(totals))}</title>`,
    `<style>${STYLE}</style>`,
    "</head>",
    "<body>",
    "<main>",
    `<h1>Palyra Skills ${report.of === "lint" ? "lint" : "audit"}</h1>`,
    `<p class="verdict ${verdict}">${escaped(totalsInWords(totals))}</p>`,
    ...subjects.flatMap(subjectSection),
    ...(baseline === undefined ? [] : baselineSection(baseline)),
    ...rulesSection(rules, subjects),
    `<footer>${escaped(`${program.name} ${program.version}`)}</footer>`,
    "</main>",
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function subjectSection(subject: ReportSubject): string[] {
  const { path, problem, results, checks, skill } = subject;
  const passed = checks.filter(({ status }) => status === "pass");
  const known = accepted(results);
  const quiet = silenced(results);
  return [
    "<section>",
    `<h2>${escaped(titleOf(subject))}</h2>`,
    `<p class="soft">${skill === undefined ? "" : `of ${code(skill.publisher)}, `}${code(path)}</p>`,
    `<p>${escaped(totalsInWords(totalsOf([subject])))}</p>`,
    ...(problem === undefined ? [] : problemArticle(subject, problem)),
    ...ranked(results).flatMap((result) => resultArticle(subject, result)),
    ...disclosed(
      `${known.length} accepted`,
      known.flatMap((result) => acceptedArticle(subject, result)),
    ),
    ...disclosed(
      `${quiet.length} silenced`,
      quiet.flatMap((result) => silencedArticle(subject, result)),
    ),
    ...disclosed(`${passed.length} of ${checks.length} checks passed`, passedList(passed)),
    "</section>",
  ];
}

const passedList = (passed: ReportSubject["checks"]): string[] =>
  passed.length === 0
    ? []
    : ["<ul>", ...passed.map(({ check_id, message }) => `<li>${code(check_id)} ${prose(message)}</li>`), "</ul>"];

const disclosed = (summary: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`<details><summary>${escaped(summary)}</summary>`, ...lines, "</details>"];

const LABELS = { fail: "Failure", warn: "Warning", skipped: "Not judged" } as const;

function resultArticle(subject: ReportSubject, result: ReportResult): string[] {
  const { status, message } = result;
  return [
    `<article class="${status}">`,
    `<div class="label">${LABELS[status]}: ${nameOf(result)}</div>`,
    `<p>${prose(message)}</p>`,
    ...placeLines(subject, result),
    "</article>",
  ];
}

function acceptedArticle(subject: ReportSubject, result: ReportResult): string[] {
  const { owner = "", expires = "", reason = "" } = result.accepted ?? {};
  return [
    "<article>",
    `<div class="label">Accepted: ${nameOf(result)}</div>`,
    `<p>${prose(result.message)}</p>`,
    `<p>By ${escaped(owner)} until ${escaped(expires)}: ${escaped(reason)}</p>`,
    ...placeLines(subject, result),
    "</article>",
  ];
}

function silencedArticle(subject: ReportSubject, result: ReportResult): string[] {
  return [
    "<article>",
    `<div class="label">Silenced: ${nameOf(result)}</div>`,
    `<p>${prose(result.message)}</p>`,
    ...(result.silenced === undefined ? [] : [`<p>${escaped(statementInWords(result.silenced))}</p>`]),
    ...placeLines(subject, result),
    "</article>",
  ];
}

const nameOf = ({ check_id, code: kind }: ReportResult): string =>
  kind === undefined ? code(check_id) : `${code(check_id)} ${code(kind)}`;

function placeLines(subject: ReportSubject, result: ReportResult): string[] {
  if (result.place === undefined) return [];
  const place = placeOf(result);
  const field = fieldInWords(place);
  const where = `<p class="soft">${code(placeInWords(pathOf(subject, place.file), place))}${field === "" ? "" : ` ${code(field)}`}</p>`;
  if (result.excerpt !== undefined) return [where, quoted(result.excerpt, String(result.excerpt.line))];
  return result.quote === undefined ? [where] : [where, quoted({ before: "", after: result.quote }, " ")];
}

/** In a font of one width, so that as many blanks as characters lead to the place. */
function quoted({ before, after }: Omit<Excerpt, "line">, gutter: string): string {
  const shown = visible(before);
  const caret = `${" ".repeat(gutter.length)} | ${" ".repeat([...shown].length)}^`;
  return `<pre>${escaped(gutter)} | ${escaped(before)}${escaped(after)}\n${caret}</pre>`;
}

function problemArticle(subject: ReportSubject, { code: kind, message, faults = [], document }: SubjectProblem): string[] {
  const file = document === undefined ? subject.path : pathOf(subject, document);
  const lines = faults.map(({ path, problem, line, column, found, allowed }) => {
    const place = { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
    const more = [...(found === undefined ? [] : [`found ${found}`]), ...(allowed === undefined ? [] : [`allowed: ${allowed}`])];
    return `<li>${code(placeInWords(file, place))} ${escaped(path)}: ${escaped([problem, ...more].join("; "))}</li>`;
  });
  return [
    '<article class="fail">',
    `<div class="label">Could not be audited: ${code(kind)}</div>`,
    `<p>${prose(message)}</p>`,
    ...(lines.length === 0 ? [] : ["<ul>", ...lines, "</ul>"]),
    "</article>",
  ];
}

function baselineSection({ file, problems }: NonNullable<Report["baseline"]>): string[] {
  return [
    "<section>",
    "<h2>Baseline</h2>",
    `<p class="soft">${code(file)}</p>`,
    ...(problems.length === 0 ? ["<p>Every entry is in use.</p>"] : []),
    ...problems.map((each) => `<article class="warn"><p>${prose(baselineProblemInWords(each))}</p></article>`),
    "</section>",
  ];
}

/** Why each rule that found something matters, and what to do. */
function rulesSection(rules: readonly RuleData[], subjects: readonly ReportSubject[]): string[] {
  const found = new Set(subjects.flatMap(({ results }) => results.map(({ rule }) => rule)));
  const told = rules.filter(({ id }) => found.has(id));
  if (told.length === 0) return [];
  return [
    "<section>",
    "<h2>The rules that found something</h2>",
    "<dl>",
    ...told.flatMap(({ id, asks, why, advice, references }) => [
      `<dt>${code(id)} ${prose(asks)}</dt>`,
      `<dd>${prose(why)} ${prose(advice)}${references.length === 0 ? "" : ` (${referencesOf(references).map(link).join(", ")})`}</dd>`,
    ]),
    "</dl>",
    "</section>",
  ];
}

function link({ id, title, url }: Reference): string {
  const label = escaped(title === undefined ? id : `${id} ${title}`);
  return url === undefined ? label : `<a href="${escaped(url)}" rel="noopener noreferrer">${label}</a>`;
}

const code = (text: string): string => `<code>${escaped(text)}</code>`;

/** A sentence of ours, whose names stand between back-ticks. */
const prose = (message: string): string =>
  message
    .split("`")
    .map((part, at) => (at % 2 === 1 ? code(part) : escaped(part)))
    .join("");
