/** The file of a baseline: read, and written with what a command found. */
import { stat } from "node:fs/promises";
import { SkillError } from "palyra-skills";
import {
  type Acceptance,
  type AuditResult,
  type Baseline,
  dayOf,
  isDay,
  parseBaseline,
  whatOf,
  writeBaseline,
} from "palyra-skills/audit";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { ifThere, io, readBounded, writeNamedFile } from "../../files/index.ts";
import { text } from "../field.ts";

export const baselineOptions = {
  baseline: v.optional(text("FILE", "Findings that somebody accepted, for as long as it says; they are shown as that")),
  writeBaseline: v.optional(text("FILE", "Accept what this command would fail for, in a new baseline or in that of --baseline")),
  reason: v.optional(text("TEXT", "Why it is accepted")),
  owner: v.optional(text("NAME", "Who answers for that")),
  expires: v.optional(
    text("DAY", "The last day on which it is (YYYY-MM-DD, UTC)", (value) =>
      isDay(value) ? undefined : "is no day (YYYY-MM-DD)",
    ),
  ),
};

export interface BaselineOptions {
  readonly baseline?: string | undefined;
  readonly writeBaseline?: string | undefined;
  readonly reason?: string | undefined;
  readonly owner?: string | undefined;
  readonly expires?: string | undefined;
}

/** What no single option can say. */
export function baselineProblem(
  { baseline, writeBaseline: file, reason, owner, expires }: BaselineOptions,
  failOn: "fail" | "warn" | "never",
): string | undefined {
  if (baseline === "-" || file === "-")
    return `--${baseline === "-" ? "baseline" : "write-baseline"} names a file; stdin and stdout are none`;
  const said = [reason, owner, expires].filter((each) => each !== undefined).length;
  if (file === undefined) return said === 0 ? undefined : "--reason, --owner and --expires belong to --write-baseline";
  if (said < 3) return "--write-baseline needs --reason, --owner and --expires";
  return failOn === "never"
    ? "--write-baseline accepts what the command would fail for, and with --fail-on never that is nothing"
    : undefined;
}

/** A baseline, and the file that it is from. */
export interface BaselineFile {
  readonly file: string;
  readonly baseline: Baseline;
}

const MAX_BASELINE_BYTES = 16 * 1024 * 1024;

/** `BaselineInvalid`, `Io`. */
export async function readBaseline(file: string | undefined): Promise<BaselineFile | undefined> {
  if (file === undefined) return undefined;
  const read = await readBounded(file, MAX_BASELINE_BYTES);
  if (!read.ok) throw new SkillError("BaselineInvalid", { document: file, faults: [{ path: "", problem: "too large" }] });
  return { file, baseline: parseBaseline(read.bytes, file) };
}

/** Undefined where none was to be written. Entries that are there stay as they are. `Usage`, `Io`. */
export async function writeAccepted(
  { baseline, writeBaseline: file, reason = "", owner = "", expires = "" }: BaselineOptions,
  read: BaselineFile | undefined,
  found: () => readonly AuditResult[],
  { now, warn }: Call,
): Promise<(BaselineFile & { readonly added: number }) | undefined> {
  if (file === undefined) return undefined;
  if (expires < dayOf(now))
    throw new PalyraError("Usage", { problem: `--expires ${expires} is past, so nothing would be accepted` });
  const there = await io("read", file, () => ifThere(() => stat(file)));
  if (there !== undefined && file !== baseline)
    throw new PalyraError("Usage", {
      problem: `--write-baseline ${file} is there already`,
      hint: `give --baseline ${file} as well: what it accepts is kept, and what is new is added`,
    });
  const kept = file === baseline ? (read?.baseline.accepted ?? []) : [];
  const results = found();
  const unnamed = results.filter(({ fingerprint }) => fingerprint === undefined).length;
  if (unnamed > 0) warn(`${unnamed} of what was found cannot be accepted: the report does not list it one by one`);
  const known = new Set(results.map(({ fingerprint }) => fingerprint));
  const added = results.flatMap((result): readonly Acceptance[] => {
    const { fingerprint, check_id } = result;
    return fingerprint === undefined ? [] : [{ fingerprint, check_id, what: whatOf(result), reason, owner, expires }];
  });
  // One that has expired and is accepted anew stands here once.
  const accepted = [...kept.filter((entry) => !known.has(entry.fingerprint)), ...added];
  await writeNamedFile(file, writeBaseline({ accepted }), { mode: 0o644 });
  return { file, baseline: { accepted }, added: added.length };
}
