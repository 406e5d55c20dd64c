/**
 * A baseline: findings that somebody accepted, with a reason, an owner and a day on which that ends. It is for whoever publishes
 * a skill and lets a pipeline audit it: it decides when that fails, and is shown in every report. It has no part in whether a
 * skill is quarantined: no report is changed by one, and neither install nor the daemon reads any.
 *
 * ```json
 * { "schema_version": 1,
 *   "accepted": [ { "fingerprint": "64 hex digits", "check_id": "…", "what": "…", "reason": "…", "owner": "…", "expires": "2027-06-30" } ] }
 * ```
 */
import { isSha256Hex, type JsonObject, type JsonReader, readJson, visible, writeJson } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
import { dayOf, isDay } from "./day.ts";
import type { AuditResult } from "./results.ts";
import { shortened } from "./wording.ts";

export interface Baseline {
  readonly accepted: readonly Acceptance[];
}

export interface Acceptance {
  readonly fingerprint: string;
  readonly check_id: string;
  /** For whoever reads the file: the finding's place and message when it was accepted. Nothing goes by it. */
  readonly what?: string;
  readonly reason: string;
  readonly owner: string;
  /** `YYYY-MM-DD`, the last day on which it holds, in UTC. */
  readonly expires: string;
}

/** An entry that accepts nothing, and is told for that. */
export interface BaselineProblem {
  readonly problem: "expired" | "unmatched";
  readonly entry: Acceptance;
}

export const MAX_BASELINE_ENTRIES = 10_000;
/** Characters of a reason or an owner. */
const MAX_TEXT = 1000;

/** `document` names it in faults. Throws `BaselineInvalid` with everything that is wrong, each with its place. */
export function parseBaseline(source: string | Uint8Array, document: string): Baseline {
  const result = readJson(source, readBaseline);
  if (!result.ok) throw new SkillError("BaselineInvalid", { document, faults: result.faults });
  return result.value;
}

function readBaseline(root: JsonReader): Baseline {
  const fields = root.object();
  const version = fields.required("schema_version");
  if (version.safeInteger() !== 1) version.fault("not a version that is known", { allowed: "1" });
  const seen = new Set<string>();
  const list = fields.required("accepted");
  const accepted = list.array((item) => readAcceptance(item, seen));
  if (accepted.length > MAX_BASELINE_ENTRIES) list.fault("too many entries", { allowed: `at most ${MAX_BASELINE_ENTRIES}` });
  fields.finish();
  return { accepted };
}

function readAcceptance(item: JsonReader, seen: Set<string>): Acceptance {
  const fields = item.object();
  const digest = fields.required("fingerprint");
  const fingerprint = digest.string((text) => (isSha256Hex(text) ? undefined : "not 64 lower-case hex digits"));
  if (seen.has(fingerprint) && isSha256Hex(fingerprint)) digest.fault("stands here twice");
  seen.add(fingerprint);
  const what = fields.optional("what", (value) => value.string());
  const read = {
    fingerprint,
    check_id: fields.required("check_id").string(problemOfText),
    ...(what === undefined ? {} : { what }),
    reason: fields.required("reason").string(problemOfText),
    owner: fields.required("owner").string(problemOfText),
    expires: fields.required("expires").string((text) => (isDay(text) ? undefined : "no day (YYYY-MM-DD)")),
  };
  fields.finish();
  return read;
}

function problemOfText(text: string): string | undefined {
  if (text.trim() === "") return "blank";
  return text.length > MAX_TEXT ? `longer than ${MAX_TEXT} characters` : undefined;
}

/** Which results are accepted, by whom; and which entries accept nothing. */
export interface Accepted {
  readonly acceptanceOf: (result: AuditResult) => Acceptance | undefined;
  readonly problems: readonly BaselineProblem[];
}

/** `now`: milliseconds since 1970. What cannot be named is not accepted, and neither is anything by an entry that names another check. */
export function holdAgainst({ accepted }: Baseline, results: readonly AuditResult[], now: number): Accepted {
  const today = dayOf(now);
  const found = new Map(results.map((result) => [result.fingerprint, result.check_id]));
  const matches = ({ fingerprint, check_id }: Acceptance) => found.get(fingerprint) === check_id;
  const problems = accepted.flatMap((entry): readonly BaselineProblem[] => {
    if (!matches(entry)) return [{ problem: "unmatched", entry }];
    return entry.expires < today ? [{ problem: "expired", entry }] : [];
  });
  const valid = new Map(
    accepted.filter((entry) => matches(entry) && entry.expires >= today).map((entry) => [entry.fingerprint, entry]),
  );
  return {
    acceptanceOf: ({ fingerprint, check_id }) => {
      const entry = fingerprint === undefined ? undefined : valid.get(fingerprint);
      return entry?.check_id === check_id ? entry : undefined;
    },
    problems,
  };
}

/** The file of a baseline. */
export function writeBaseline({ accepted }: Baseline): string {
  const entries = accepted.map(({ fingerprint, check_id, what, reason, owner, expires }): JsonObject => {
    return { fingerprint, check_id, ...(what === undefined ? {} : { what }), reason, owner, expires };
  });
  return `${writeJson({ schema_version: 1, accepted: entries }, { indent: 2 })}\n`;
}

/** What is said of a finding in a baseline, for whoever reads it. */
export function whatOf({ place, message }: AuditResult): string {
  return visible(shortened(place === undefined ? message : `${place.file}: ${message}`));
}
