/**
 * A report taken apart into what a person deals with one by one: a result for each finding, and one for each check that fails,
 * warns or could not judge and lists none. Reports come from other processes too, so nothing of their details is believed unseen.
 */
import { encodeUtf8, type JsonObject, type JsonValue, toHex } from "../encoding/index.ts";
import type { Platform } from "../platform/index.ts";
import type { Place } from "./finding.ts";
import type { Check } from "./report.ts";

export interface AuditResult {
  /** The rule's id: the check's, up to its `:`. */
  readonly rule: string;
  readonly check_id: string;
  /** The kind of the finding. */
  readonly code?: string;
  readonly status: "fail" | "warn" | "skipped";
  readonly message: string;
  readonly place?: Place;
  readonly quote?: string;
  /** What is said of it (VEX) that silences it: nobody has to act, and all are shown it. */
  readonly silenced?: SilencingStatement;
  /**
   * 64 hex digits, the same on every machine and from version to version as long as the same stands in the same place: of rule,
   * code, file, tool, field and what stands there. Absent for what a check does not list, or could not judge: nobody can
   * accept that by name.
   */
  readonly fingerprint?: string;
}

export interface SilencingStatement {
  /** `not_affected`, `fixed`; blank for what the report counts and does not list. */
  readonly status: string;
  readonly justification?: string;
  readonly detail?: string;
  /** The document that says so. */
  readonly source: string;
}

/** As much of a report as is read here. */
export interface Reported {
  readonly skill_id: string;
  readonly checks: readonly Check[];
}

/** In the order of the report. */
export function resultsOf({ skill_id, checks }: Reported, { sha256 }: Pick<Platform, "sha256">): readonly AuditResult[] {
  const digest = (text: string): string => toHex(sha256().update(encodeUtf8(text)).digest());
  const seen = new Map<string, number>();
  return checks.flatMap(resultsOfCheck).map(({ about, ...result }) => {
    if (about === undefined) return result;
    const { check_id, code = "", place } = result;
    const named = JSON.stringify([FINGERPRINT, skill_id, check_id, code, place?.file, place?.tool, place?.field, about]);
    // What cannot be told apart otherwise is told apart by its turn: one more of the same kind is a new one.
    const turn = (seen.get(named) ?? 0) + 1;
    seen.set(named, turn);
    return { ...result, fingerprint: digest(`${named}${turn}`) };
  });
}

/** Counts up where the parts of a fingerprint change: baselines are to be written anew then. */
const FINGERPRINT = "palyra.skill.finding.v1";

/** `about`: what stands there, or what else tells a result from others at its place. */
type Unnamed = Omit<AuditResult, "fingerprint"> & { readonly about?: string };

function resultsOfCheck(check: Check): readonly Unnamed[] {
  const { check_id, details } = check;
  const [rule = check_id] = check_id.split(":");
  const of = { rule, check_id };
  return [...countedResults(check, of), ...silencedResults(details, of)];
}

function countedResults(check: Check, of: Pick<Unnamed, "rule" | "check_id">): readonly Unnamed[] {
  const { status, message, details } = check;
  if (status === "pass") return [];
  if (status === "skipped") return [{ ...of, status, message, ...placed(ownPlace(details)) }];
  const listed = isArray(details?.["findings"]) ? details["findings"] : undefined;
  if (listed === undefined)
    return [{ ...of, status, message, ...placed(ownPlace(details)), about: message.replace(AMOUNT, "#") }];
  const results = listed.flatMap((each) => findingOf(each) ?? []).map((each) => ({ ...of, ...each }));
  const more = Number(details?.["count"] ?? listed.length) - results.length;
  if (results.length === 0) return [{ ...of, status, message, ...placed(ownPlace(details)) }];
  return more > 0
    ? [...results, { ...of, status, message: `${more} more of this check, which the report does not list.` }]
    : results;
}

/** What a statement silenced, as the rule would have told it. */
function silencedResults(details: JsonObject | undefined, of: Pick<Unnamed, "rule" | "check_id">): readonly Unnamed[] {
  const listed = isArray(details?.["silenced"]) ? details["silenced"] : [];
  const results = listed.flatMap((each): readonly Unnamed[] => {
    const found = isObject(each) ? findingOf(each["finding"]) : undefined;
    return found === undefined || !isObject(each) ? [] : [{ ...of, ...found, silenced: statementOf(each) }];
  });
  const more = Number(details?.["silenced_count"] ?? listed.length) - results.length;
  if (!(more > 0)) return results;
  const message = `${more} more of this check, which statements silence and the report does not list.`;
  return [...results, { ...of, status: "warn", message, silenced: { status: "", source: "" } }];
}

function statementOf(said: JsonObject): SilencingStatement {
  const text = (key: "justification" | "detail") => (typeof said[key] === "string" ? { [key]: said[key] } : {});
  const { status, source } = said;
  return {
    status: typeof status === "string" ? status : "",
    ...text("justification"),
    ...text("detail"),
    source: typeof source === "string" ? source : "",
  };
}

/** Sizes and offsets: what is accepted of a module is not unsaid by its next build. Numbers that are part of a name stay. */
const AMOUNT = /(?<![\w.-])\d+(?![\w-]|\.\d)/g;

function findingOf(value: JsonValue | undefined): Omit<Unnamed, "rule" | "check_id"> | undefined {
  if (!isObject(value)) return undefined;
  const { code, status, message, place, quote, about } = value;
  if (typeof code !== "string" || typeof message !== "string" || (status !== "fail" && status !== "warn")) return undefined;
  const where = placeOf(place);
  const stands = typeof quote === "string" ? quote : "";
  return {
    code,
    status,
    message,
    ...placed(where),
    ...(typeof quote === "string" ? { quote } : {}),
    about: typeof about === "string" ? `${stands}\n${about}` : stands,
  };
}

/** What rules without findings say of their place. */
function ownPlace(details: JsonObject | undefined): Place | undefined {
  const file = details?.["module_path"];
  const offset = details?.["offset"];
  return typeof file === "string" ? { file, ...(typeof offset === "number" ? { offset } : {}) } : undefined;
}

function placeOf(value: JsonValue | undefined): Place | undefined {
  if (!isObject(value) || typeof value["file"] !== "string") return undefined;
  const count = (key: "offset" | "line" | "column", least: number) => {
    const number = value[key];
    return typeof number === "number" && Number.isSafeInteger(number) && number >= least ? { [key]: number } : {};
  };
  const text = (key: "tool" | "field") => (typeof value[key] === "string" ? { [key]: value[key] } : {});
  return {
    file: value["file"],
    ...count("offset", 0),
    ...count("line", 1),
    ...count("column", 1),
    ...text("tool"),
    ...text("field"),
  };
}

const placed = (place: Place | undefined): { readonly place?: Place } => (place === undefined ? {} : { place });

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `Array.isArray` does not narrow a read-only array. */
const isArray = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);
