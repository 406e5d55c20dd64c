/**
 * JUnit's XML, as CI systems read it: a suite for each subject, a case for each check that passed and for each result. JUnit knows no
 * warning: one is a case that passes and says so on its output. What was accepted or silenced, or could not be judged, is a skipped case.
 */
import { fieldInWords, pathOf, placeInWords, placeOf } from "./location.ts";
import { escaped } from "./markup.ts";
import {
  baselineProblemInWords,
  type Report,
  type ReportResult,
  type ReportSubject,
  type SubjectProblem,
  statementInWords,
  titleOf,
  totalsOf,
} from "./report.ts";

export function junitReport({ program, of, subjects, baseline }: Report): string {
  const suites = [...subjects.map(suite), ...(baseline === undefined ? [] : baselineSuite(baseline))];
  const sum = (count: (each: Suite) => number) => suites.reduce((total, each) => total + count(each), 0);
  const counts = `tests="${sum(({ tests }) => tests)}" failures="${sum(({ failures }) => failures)}" errors="${sum(({ errors }) => errors)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escaped(`${program.name} ${program.version} ${of}`)}" ${counts}>`,
    ...suites.flatMap(({ lines }) => lines),
    "</testsuites>",
    "",
  ].join("\n");
}

interface Suite {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly lines: readonly string[];
}

function suite(subject: ReportSubject): Suite {
  const { fail, skipped, accepted, silenced, problems } = totalsOf([subject]);
  const passed = subject.checks.filter(({ status }) => status === "pass");
  const cases = [
    ...(subject.problem === undefined ? [] : problemCase(subject, subject.problem)),
    ...passed.map(({ check_id }) => `    <testcase ${named(subject, check_id)}/>`),
    ...subject.results.flatMap((result) => resultCase(subject, result)),
  ];
  const tests = passed.length + subject.results.length + problems;
  const counts = `tests="${tests}" failures="${fail}" errors="${problems}" skipped="${skipped + accepted + silenced}"`;
  return {
    tests,
    failures: fail,
    errors: problems,
    lines: [`  <testsuite name="${escaped(titleOf(subject))}" ${counts}>`, ...cases, "  </testsuite>"],
  };
}

const named = (subject: ReportSubject, name: string): string =>
  `classname="${escaped(subject.skill?.skill_id ?? subject.path)}" name="${escaped(name)}"`;

function resultCase(subject: ReportSubject, result: ReportResult): string[] {
  const { check_id, code, status, message, accepted, silenced } = result;
  const place = placeOf(result);
  const where = placeInWords(pathOf(subject, place.file), place);
  const name = `${check_id}${code === undefined ? "" : `: ${code}`} at ${where}`;
  const body = inside(result, where);
  const start = `    <testcase ${named(subject, name)}>`;
  const why =
    silenced !== undefined
      ? statementInWords(silenced)
      : accepted !== undefined
        ? `accepted by ${accepted.owner} until ${accepted.expires}: ${accepted.reason}`
        : undefined;
  if (why !== undefined) {
    return [start, `      <skipped message="${escaped(why)}">${body}</skipped>`, "    </testcase>"];
  }
  if (status === "skipped") return [start, `      <skipped message="${escaped(message)}"/>`, "    </testcase>"];
  if (status === "warn") return [start, `      <system-out>warning: ${body}</system-out>`, "    </testcase>"];
  return [start, `      <failure type="${escaped(check_id)}" message="${escaped(message)}">${body}</failure>`, "    </testcase>"];
}

function inside(result: ReportResult, where: string): string {
  const field = fieldInWords(placeOf(result));
  const lines = [result.message, field === "" ? where : `${where} (${field})`];
  if (result.quote !== undefined) lines.push(`found: ${result.quote}`);
  return lines.map(escaped).join("\n");
}

function problemCase(subject: ReportSubject, { code, message, faults = [] }: SubjectProblem): string[] {
  const lines = faults.map(({ path, problem, line }) => `${line === undefined ? "" : `line ${line}: `}${path}: ${problem}`);
  const body = [message, ...lines].map(escaped).join("\n");
  return [
    `    <testcase ${named(subject, "can be audited")}>`,
    `      <error type="${escaped(code)}" message="${escaped(message)}">${body}</error>`,
    "    </testcase>",
  ];
}

function baselineSuite({ file, problems }: NonNullable<Report["baseline"]>): Suite[] {
  if (problems.length === 0) return [];
  const cases = problems.map((each) => {
    const name = `classname="${escaped(file)}" name="${escaped(`${each.problem}: ${each.entry.fingerprint}`)}"`;
    return `    <testcase ${name}>\n      <system-out>warning: ${escaped(baselineProblemInWords(each))}</system-out>\n    </testcase>`;
  });
  const counts = `tests="${problems.length}" failures="0" errors="0" skipped="0"`;
  const lines = [`  <testsuite name="${escaped(`baseline ${file}`)}" ${counts}>`, ...cases, "  </testsuite>"];
  return [{ tests: problems.length, failures: 0, errors: 0, lines }];
}
