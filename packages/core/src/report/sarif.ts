/**
 * SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), as its schema and GitHub's code scanning want it. No times and
 * no places of this machine are in it: the same findings give the same bytes.
 */
import { type JsonObject, type JsonValue, writeJson } from "../encoding/index.ts";
import { pathOf, placeOf, uriOf } from "./location.ts";
import { marked } from "./markup.ts";
import { type Report, type ReportResult, type ReportSubject, silenced, statementInWords, withoutStop } from "./report.ts";
import { descriptors, type RuleDescriptors, taxonomies } from "./sarif-rules.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

export function sarifReport(report: Report): string {
  const rules = descriptors(report);
  const files = new Files();
  const withSuppressions = report.baseline !== undefined || report.subjects.some(({ results }) => silenced(results).length > 0);
  const results = report.subjects.flatMap((subject) => [
    ...problemResults(subject, rules, files),
    ...subject.results
      .filter(({ status }) => status !== "skipped")
      .map((result) => findingResult(result, subject, rules, files, withSuppressions)),
  ]);
  const notifications = [
    ...report.subjects.flatMap((subject) => skippedNotifications(subject, rules, files)),
    ...baselineNotifications(report, rules),
  ];
  const run: JsonObject = {
    tool: {
      driver: {
        name: report.program.name,
        version: report.program.version,
        semanticVersion: report.program.version,
        rules: rules.list,
        supportedTaxonomies: taxonomies(report.rules).map(({ name }, index) => ({ name, index })),
      },
    },
    automationDetails: { id: `palyra-skills-${report.of}/` },
    // An artifact that could not be audited is a result; the run itself went through.
    invocations: [{ executionSuccessful: true, toolExecutionNotifications: notifications }],
    artifacts: files.list,
    results,
    taxonomies: taxonomies(report.rules).map(({ taxonomy }) => taxonomy),
    columnKind: "unicodeCodePoints",
  };
  return `${writeJson({ $schema: SCHEMA, version: "2.1.0", runs: [run] }, { indent: 2 })}\n`;
}

/**
 * A message of SARIF: brackets begin a link there and braces a placeholder, so a stranger's are escaped; what nobody can see is
 * named, without a backslash, which would have to be escaped too. Microsoft's viewer makes a link of escaped brackets as well: a blank
 * before the address makes it one nowhere (T20).
 */
function sarifText(text: string): string {
  return marked(text)
    .replaceAll("](", "] (")
    .replace(/[\\[\]]/g, "\\$&")
    .replace(/[{}]/g, "$&$&");
}

/** The files that results are in, each once; entries of an artifact name it as their parent. */
class Files {
  readonly #indices = new Map<string, number>();
  readonly list: JsonObject[] = [];

  of(subject: ReportSubject, file: string | undefined): { readonly uri: string; readonly index: number } {
    const container = subject.sources === undefined ? this.#add(subject.path) : undefined;
    if (file === undefined) return container ?? this.#add(subject.path);
    return this.#add(pathOf(subject, file), container?.index);
  }

  #add(path: string, parentIndex?: number): { readonly uri: string; readonly index: number } {
    const uri = uriOf(path);
    const known = this.#indices.get(uri);
    if (known !== undefined) return { uri, index: known };
    const index = this.list.length;
    this.#indices.set(uri, index);
    this.list.push({ location: { uri }, ...(parentIndex === undefined ? { roles: ["analysisTarget"] } : { parentIndex }) });
    return { uri, index };
  }
}

const LEVELS = { fail: "error", warn: "warning", skipped: "note" } as const;

function findingResult(
  result: ReportResult,
  subject: ReportSubject,
  rules: RuleDescriptors,
  files: Files,
  withSuppressions: boolean,
): JsonObject {
  const { rule, check_id, code, status, message, fingerprint } = result;
  return {
    ruleId: marked(rule),
    ruleIndex: rules.indexOf(rule),
    level: LEVELS[status],
    message: { text: sarifText(message) },
    locations: [location(result, subject, files)],
    ...(fingerprint === undefined ? {} : { partialFingerprints: fingerprints(fingerprint) }),
    // Where one result says whether it is suppressed, all have to.
    ...(withSuppressions ? { suppressions: suppressionsOf(result) } : {}),
    properties: { check_id: marked(check_id), ...(code === undefined ? {} : { code: marked(code) }), ...skillOf(subject) },
  };
}

/** The second is what GitHub's code scanning matches alerts by; it would work one out from the line, which moves. */
const fingerprints = (fingerprint: string): JsonObject => ({
  "palyraSkillFinding/v1": fingerprint,
  primaryLocationLineHash: `${fingerprint.slice(0, 16)}:1`,
});

/** A statement of exploitability is the reason where there is one: it stands whether somebody accepted the finding or not. */
function suppressionsOf({ accepted, silenced: said }: ReportResult): readonly JsonObject[] {
  if (said !== undefined) return [{ kind: "external", status: "accepted", justification: marked(statementInWords(said)) }];
  return accepted === undefined ? [] : [suppression(accepted)];
}

const suppression = ({ reason, owner, expires }: NonNullable<ReportResult["accepted"]>): JsonObject => ({
  kind: "external",
  status: "accepted",
  justification: marked(reason),
  properties: { owner: marked(owner), expires },
});

const skillOf = ({ skill }: ReportSubject): JsonObject =>
  skill === undefined ? {} : { skill_id: marked(skill.skill_id), version: marked(skill.version) };

function location(result: ReportResult, subject: ReportSubject, files: Files): JsonObject {
  const { file, line, column, offset, tool, field } = placeOf(result);
  const snippet = result.quote === undefined ? {} : { snippet: { text: marked(result.quote) } };
  // GitHub takes no region without a line; of bytes the offset says where.
  const region = { startLine: line ?? 1, ...(column === undefined ? {} : { startColumn: column }) };
  const bytes = offset === undefined ? {} : { byteOffset: offset };
  const named = [
    ...(tool === undefined ? [] : [{ name: marked(tool), kind: "tool" }]),
    ...(field === undefined ? [] : [{ fullyQualifiedName: marked(field), kind: "member" }]),
  ];
  return {
    physicalLocation: { artifactLocation: { ...files.of(subject, file) }, region: { ...region, ...bytes, ...snippet } },
    ...(named.length === 0 ? {} : { logicalLocations: named }),
  };
}

/** What could not be audited, or each fault of the document that kept it from being read. */
function problemResults(subject: ReportSubject, rules: RuleDescriptors, files: Files): JsonObject[] {
  const { problem } = subject;
  if (problem === undefined) return [];
  const of = (text: string, file: string | undefined, region: JsonObject): JsonObject => ({
    ruleId: marked(problem.code),
    ruleIndex: rules.indexOf(problem.code),
    level: "error",
    message: { text: sarifText(text) },
    locations: [{ physicalLocation: { artifactLocation: { ...files.of(subject, file) }, region } }],
  });
  const faults = problem.faults ?? [];
  if (faults.length === 0) return [of(problem.message, undefined, { startLine: 1 })];
  return faults.map(({ path, problem: wrong, found, allowed, line = 1, column = 1 }) => {
    const more = [...(found === undefined ? [] : [`found ${found}`]), ...(allowed === undefined ? [] : [`allowed: ${allowed}`])];
    const text = `${path === "" ? "" : `${path}: `}${wrong}${more.length === 0 ? "" : ` (${more.join("; ")})`}`;
    return of(text, problem.document, { startLine: line, startColumn: column });
  });
}

/** What could not be judged is no finding, and is not passed over either. */
function skippedNotifications(subject: ReportSubject, rules: RuleDescriptors, files: Files): JsonObject[] {
  return subject.results
    .filter(({ status }) => status === "skipped")
    .map((result) => ({
      level: "warning",
      message: { text: sarifText(result.message) },
      associatedRule: { id: marked(result.rule), index: rules.indexOf(result.rule) },
      locations: [location(result, subject, files)],
    }));
}

function baselineNotifications({ baseline }: Report, rules: RuleDescriptors): JsonValue[] {
  return (baseline?.problems ?? []).map(({ problem, entry }) => ({
    level: "warning",
    descriptor: { id: `baseline_${problem}` },
    message: {
      text: sarifText(
        problem === "expired"
          ? `Accepted by ${entry.owner} until ${entry.expires}, which is past: ${withoutStop(entry.what ?? entry.fingerprint)}.`
          : `Accepted by ${entry.owner}, and not found any more: ${withoutStop(entry.what ?? entry.fingerprint)}.`,
      ),
    },
    ...(rules.has(entry.check_id)
      ? { associatedRule: { id: marked(entry.check_id), index: rules.indexOf(entry.check_id) } }
      : {}),
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(baseline?.file ?? "") } } }],
  }));
}
