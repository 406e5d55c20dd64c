/**
 * Markdown for a pull request, as GitHub and GitLab show it. Names of strangers are code, and marks in sentences character references:
 * nothing in them is markup, a link, a mention, an issue or a way out of a table's cell.
 */
import type { RuleData } from "../audit/index.ts";
import { visible } from "../encoding/index.ts";
import { fieldInWords, pathOf, placeInWords, placeOf } from "./location.ts";
import {
  accepted,
  baselineProblemInWords,
  type Report,
  type ReportResult,
  type ReportSubject,
  ranked,
  silenced,
  statementInWords,
  titleOf,
  totalsOf,
} from "./report.ts";
import { totalsInWords } from "./words.ts";

/** GitHub takes 65,536 characters of a comment. */
export const MAX_MARKDOWN = 60_000;

export function markdownReport({ program, subjects, rules, baseline }: Report): string {
  const { fail, problems } = totalsOf(subjects);
  const page = new Page(MAX_MARKDOWN);
  page.add(`## ${fail + problems === 0 ? "✅" : "❌"} Palyra Skills: ${totalsInWords(totalsOf(subjects))}`, "");
  for (const subject of subjects) addSubject(page, subject);
  for (const each of baseline?.problems ?? []) page.add(`- ⚠ baseline: ${prose(baselineProblemInWords(each))}`);
  addRules(page, rules, subjects);
  page.end(`<sub>${prose(`${program.name} ${program.version}`)}</sub>`);
  return page.text;
}

/** Lines up to a size; a last one says how many were left out. */
class Page {
  readonly #lines: string[] = [];
  #left: number;
  #omitted = 0;

  constructor(limit: number) {
    this.#left = limit;
  }

  /** Together or not at all. */
  add(...lines: readonly string[]): void {
    const size = lines.reduce((sum, line) => sum + line.length + 1, 0);
    if (this.#omitted > 0 || size > this.#left) this.#omitted++;
    else {
      this.#left -= size;
      this.#lines.push(...lines);
    }
  }

  end(line: string): void {
    if (this.#omitted > 0) this.#lines.push("", `… and ${this.#omitted} more, which the other forms of this report have.`);
    this.#lines.push("", line, "");
  }

  get text(): string {
    return this.#lines.join("\n");
  }
}

function addSubject(page: Page, subject: ReportSubject): void {
  const { problem, results, checks, path } = subject;
  page.add(`### ${code(titleOf(subject))}`, "", code(path), "");
  if (problem !== undefined) {
    page.add(`❌ could not be audited: ${prose(problem.message)}`, "");
    for (const { path: at, problem: wrong, line } of problem.faults ?? [])
      page.add(`- ${line === undefined ? "" : `line ${line}, `}${code(at)}: ${prose(wrong)}`);
  }
  const listed = ranked(results);
  if (listed.length > 0) {
    page.add("| | check | where | what |", "| --- | --- | --- | --- |");
    for (const result of listed) page.add(row(subject, result));
    page.add("");
  }
  addAccepted(page, subject);
  addSilenced(page, subject);
  const passed = checks.filter(({ status }) => status === "pass").length;
  if (checks.length > 0) page.add(`${passed} of ${checks.length} checks passed.`, "");
}

const SIGNS = { fail: "❌", warn: "⚠", skipped: "⏭" } as const;

function row(subject: ReportSubject, result: ReportResult): string {
  const { check_id, code: kind, status, message, quote } = result;
  const check = kind === undefined ? code(check_id) : `${code(check_id)}<br>${code(kind)}`;
  const what = quote === undefined ? prose(message) : `${prose(message)}<br>${code(quote)}`;
  return `| ${SIGNS[status]} | ${check} | ${where(subject, result)} | ${what} |`;
}

function where(subject: ReportSubject, result: ReportResult): string {
  const place = placeOf(result);
  const field = fieldInWords(place);
  const at = code(placeInWords(pathOf(subject, place.file), place));
  return field === "" ? at : `${at}<br>${code(field)}`;
}

function addAccepted(page: Page, subject: ReportSubject): void {
  const known = accepted(subject.results);
  if (known.length === 0) return;
  page.add(
    `<details><summary>${known.length} accepted</summary>`,
    "",
    "| check | where | by | until | because |",
    "| --- | --- | --- | --- | --- |",
  );
  for (const result of known) {
    const { owner = "", expires = "", reason = "" } = result.accepted ?? {};
    page.add(`| ${code(result.check_id)} | ${where(subject, result)} | ${prose(owner)} | ${expires} | ${prose(reason)} |`);
  }
  page.add("", "</details>", "");
}

function addSilenced(page: Page, subject: ReportSubject): void {
  const known = silenced(subject.results);
  if (known.length === 0) return;
  page.add(
    `<details><summary>${known.length} silenced</summary>`,
    "",
    "| check | where | what | why |",
    "| --- | --- | --- | --- |",
  );
  for (const result of known) {
    const why = result.silenced === undefined ? "" : statementInWords(result.silenced);
    page.add(`| ${code(result.check_id)} | ${where(subject, result)} | ${prose(result.message)} | ${prose(why)} |`);
  }
  page.add("", "</details>", "");
}

/** Why each rule that found something matters, and what to do. */
function addRules(page: Page, rules: readonly RuleData[], subjects: readonly ReportSubject[]): void {
  const found = new Set(subjects.flatMap(({ results }) => ranked(results).map(({ rule }) => rule)));
  const told = rules.filter(({ id }) => found.has(id));
  if (told.length === 0) return;
  page.add("<details><summary>What to do</summary>", "");
  for (const { id, why, advice } of told) page.add(`- ${code(id)}: ${prose(why)} ${prose(advice)}`);
  page.add("", "</details>", "");
}

/** What in a sentence means something to Markdown, as a character reference: in that form none begins or ends anything. */
const referenced = (text: string): string =>
  visible(text).replace(
    /[^\p{L}\p{N}\p{M} ,.;:!?'"()/-]|(?<=www)\.|:(?=\/)/giu,
    (character) => `&#${character.codePointAt(0) ?? 0};`,
  );

/** GitHub looks for mentions, issues and addresses in every text that is not code, also where its sign is a reference. */
const alone = (markup: string): string => markup.replace(/&#(?:35|64);/g, "<code>$&</code>");

/** A span of code, in which nothing means anything; where a pipe or a back-tick would end it in a table, its element instead. */
function code(text: string): string {
  const shown = visible(text);
  if (shown.trim() === "") return "";
  if (!/[|`]/.test(shown)) return `\`${shown.trim()}\``;
  return `<code>${referenced(shown).replace(/&#(?:35|64);/g, "</code>$&<code>")}</code>`;
}

/** A sentence of ours, whose names stand between back-ticks. A stranger's own back-tick changes how it looks, and nothing else. */
const prose = (message: string): string =>
  message
    .split("`")
    .map((part, at) => (at % 2 === 1 ? code(part) : alone(referenced(part))))
    .join("");
