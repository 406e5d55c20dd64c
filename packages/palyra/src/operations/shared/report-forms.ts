/**
 * The forms that an audit's or a lint's findings are told in, the file that they are written to, and what of them makes the command
 * fail (spec 4.7). The document of `--json` is one thing, and none of these changes it.
 */
import { dirname, extname } from "node:path";
import { type AuditResult, RULES } from "palyra-skills/audit";
import type { Platform } from "palyra-skills/platform";
import { type Audited, makeReport, open, type Report, totalsOf } from "palyra-skills/report";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import { io, makeFolder, writeNamedFile } from "../../files/index.ts";
import { VERSION } from "../../version.ts";
import { choice, outputFile } from "../field.ts";
import type { Services } from "../services.ts";
import { listed } from "../wording/safe.ts";
import { type BaselineFile, type BaselineOptions, baselineOptions, readBaseline, writeAccepted } from "./baseline-file.ts";

const FORMATS = ["text", "json", "sarif", "junit", "markdown", "html"] as const;
export type Format = (typeof FORMATS)[number];

export const formOptions = {
  format: v.optional(
    choice(
      FORMATS,
      "FORM",
      "How findings are told; by default as the name of --output says, else text. --json is always the document",
    ),
  ),
  output: v.optional(
    outputFile("Write them to a file, which is replaced at once; the terminal is told in text", { stdout: true }),
  ),
  failOn: v.optional(
    choice(
      ["fail", "warn", "never"],
      "LEVEL",
      "What makes the command exit with 1: a failure (fail, the default), a warning too (warn), or neither (never)",
    ),
    "fail",
  ),
  ...baselineOptions,
};

export interface FormOptions extends BaselineOptions {
  readonly format?: Format | undefined;
  readonly output?: string | undefined;
  readonly failOn: "fail" | "warn" | "never";
}

/** A file's name says in which form it is to be, or the command does: one that says none is more likely mistyped than meant. */
export function formProblem({ format, output }: Pick<FormOptions, "format" | "output">): string | undefined {
  if (output === undefined || format !== undefined || formatOf(output) !== undefined) return undefined;
  const endings = [...Object.keys(ENDINGS), ...TEXT_ENDINGS].filter((ending) => ending !== "").join(", ");
  return `the name of --output ${output} says no form: add --format, or let it end in one of ${endings}`;
}

/** What was told besides the document: fields of it where there is something. */
export interface Told {
  /** What was found one by one, as the other forms count it; checks are counted beside. */
  readonly results?: Results;
  readonly baseline?: BaselineSummary;
  readonly output?: { readonly format: Format; readonly file: string };
}

export interface Results {
  readonly failures: number;
  readonly warnings: number;
  readonly not_judged: number;
  readonly accepted: number;
  readonly silenced: number;
  readonly not_audited: number;
}

/** Never silently: who accepted what, and what is accepted in vain. */
export interface BaselineSummary {
  readonly file: string;
  readonly accepted: readonly {
    readonly fingerprint: string;
    readonly check_id: string;
    readonly message: string;
    readonly reason: string;
    readonly owner: string;
    readonly expires: string;
  }[];
  readonly expired: readonly string[];
  readonly unmatched: readonly string[];
  /** Entries that this command added. */
  readonly added?: number;
}

/** A report, and its text where it is told in another form than the terminal's. */
interface Shown {
  readonly report: Report;
  readonly rendered?: string;
}

/** Beside each document that an operation answers with: it is printed, this is shown. */
const shown = new WeakMap<object, Shown>();

/** What is shown of a document that this process told; of one from elsewhere it is what stands in it. */
export function shownOf(document: Told & object, of: Report["of"], audited: () => readonly Audited[], platform: Platform): Shown {
  const known = shown.get(document);
  if (known !== undefined) return known;
  const { baseline } = document;
  const acceptances = (baseline?.accepted ?? []).map(({ fingerprint, check_id, reason, owner, expires }) => {
    return { fingerprint, check_id, reason, owner, expires };
  });
  const held = baseline === undefined ? undefined : { file: baseline.file, baseline: { accepted: acceptances } };
  return { report: reportOf({ of, audited: audited(), baseline: held }, platform, 0) };
}

/** Finds what fails it in what was shown, not in the document: what was accepted counts no more. */
export function failsBy(document: object, { failOn }: Pick<FormOptions, "failOn">): boolean {
  const report = shown.get(document)?.report;
  if (report === undefined) return true;
  const { fail, warn, skipped, problems } = totalsOf(report.subjects);
  if (problems > 0) return true;
  if (failOn === "never") return false;
  // What could not be judged is no better than a warning: a feed whose name is mistyped would else be better than none (T16).
  return fail > 0 || (failOn === "warn" && warn + skipped + (report.baseline?.problems.length ?? 0) > 0);
}

/** What can be seen to before anything is audited. `inputs`: files that the command reads, none of which is written over. */
export async function readyToTell(
  options: FormOptions,
  inputs: readonly (string | undefined)[],
): Promise<BaselineFile | undefined> {
  const read = inputs.filter((each) => each !== undefined);
  const { output, baseline, writeBaseline } = options;
  if (output === undefined && writeBaseline === undefined) return readBaseline(baseline);
  const { refuseInputAsOutput } = await import("../../authoring/output.ts");
  if (output !== undefined) await refuseInputAsOutput(output, [...read, ...(baseline === undefined ? [] : [baseline])]);
  if (writeBaseline !== undefined) await refuseInputAsOutput(writeBaseline, read);
  return readBaseline(baseline);
}

export interface Telling<Document extends object> {
  readonly of: Report["of"];
  readonly audited: readonly Audited[];
  /** Of `readyToTell`. */
  readonly baseline: BaselineFile | undefined;
  readonly document: (told: Told) => Document;
}

/** Holds what was found against the baseline, adds to it where that was asked, and tells it in the form and the place that were named. */
export async function tell<Document extends object>(
  services: Services,
  options: FormOptions,
  call: Call,
  { of, audited, baseline: read, document: documentOf }: Telling<Document>,
): Promise<Document> {
  const { platform } = services.home;
  const { output } = options;
  const format = options.format ?? formatOf(output) ?? "text";
  const reportWith = (baseline: BaselineFile | undefined) => reportOf({ of, audited, baseline }, platform, call.now);
  const before = reportWith(read);
  const written = await writeAccepted(options, read, () => toAccept(before, options.failOn), call);
  const report = written === undefined ? before : reportWith(written);
  const document = documentOf({
    results: resultsIn(report),
    ...(report.baseline === undefined ? {} : { baseline: summaryOf(report, written?.added) }),
    ...(output === undefined ? {} : { output: { format, file: output } }),
  });
  const rendered = await render(format, report, document, platform);
  if (output !== undefined) {
    await io("make the folder of", output, () => makeFolder(dirname(output)));
    await writeNamedFile(output, rendered, { mode: 0o644 });
  }
  const { fail, problems } = totalsOf(report.subjects);
  shown.set(document, output === undefined && format !== "text" ? { report, rendered } : { report });
  if (options.failOn === "warn" && fail + problems === 0 && failsBy(document, options))
    call.warn(`it passes, and ends with 1 all the same by --fail-on warn: ${warnedOf(report)}`);
  return document;
}

function reportOf(
  { of, audited, baseline }: Pick<Telling<object>, "of" | "audited"> & { readonly baseline: BaselineFile | undefined },
  platform: Platform,
  now: number,
): Report {
  const program = { name: "palyra", version: VERSION };
  return makeReport({ program, of, audited, rules: RULES, now, ...(baseline === undefined ? {} : { baseline }) }, platform);
}

function resultsIn({ subjects }: Report): Results {
  const { fail, warn, skipped, accepted, silenced, problems } = totalsOf(subjects);
  return { failures: fail, warnings: warn, not_judged: skipped, accepted, silenced, not_audited: problems };
}

/** What it ends with 1 for by `--fail-on warn`: the checks by their ids. */
function warnedOf({ subjects, baseline }: Report): string {
  const ids = subjects
    .flatMap(({ results }) => [...open(results, "warn"), ...open(results, "skipped")])
    .map(({ check_id }) => check_id);
  return listed([...new Set(ids), ...((baseline?.problems.length ?? 0) > 0 ? ["the baseline"] : [])]);
}

/** What this command would fail for. */
function toAccept({ subjects }: Report, failOn: FormOptions["failOn"]): readonly AuditResult[] {
  const results = subjects.flatMap((subject) => subject.results);
  return [...open(results, "fail"), ...(failOn === "warn" ? open(results, "warn") : [])];
}

function summaryOf({ subjects, baseline }: Report, added: number | undefined): BaselineSummary {
  const named = (problem: "expired" | "unmatched") =>
    (baseline?.problems ?? []).filter((each) => each.problem === problem).map(({ entry }) => entry.fingerprint);
  return {
    file: baseline?.file ?? "",
    accepted: subjects.flatMap(({ results }) =>
      results.flatMap(({ accepted, fingerprint, check_id, message }) => {
        if (accepted === undefined || fingerprint === undefined) return [];
        const { reason, owner, expires } = accepted;
        return [{ fingerprint, check_id, message, reason, owner, expires }];
      }),
    ),
    expired: named("expired"),
    unmatched: named("unmatched"),
    ...(added === undefined ? {} : { added }),
  };
}

const ENDINGS: { readonly [ending: string]: Format } = {
  ".sarif": "sarif",
  ".json": "json",
  ".xml": "junit",
  ".md": "markdown",
  ".html": "html",
  ".htm": "html",
};

const TEXT_ENDINGS: readonly string[] = ["", ".txt", ".text", ".log"];

/** Undefined for an ending that says nothing. */
function formatOf(output: string | undefined): Format | undefined {
  const ending = output === undefined ? "" : extname(output).toLowerCase();
  // GitHub's own convention for a SARIF log.
  if (output?.toLowerCase().endsWith(".sarif.json")) return "sarif";
  if (TEXT_ENDINGS.includes(ending)) return "text";
  return Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
}

/** Each form is loaded where it is wanted alone (habit 8). */
async function render(format: Format, report: Report, document: object, platform: Platform): Promise<string> {
  switch (format) {
    case "json":
      return (await import("../wording/json-text.ts")).jsonText(document, 2);
    case "text":
      return (await import("./report-text.ts")).textReport(report);
    default:
      return (await import("./report-rendered.ts")).render(format, report, platform);
  }
}
