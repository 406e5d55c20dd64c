/** How a run came to its end (spec 10.1), for a person: what, where, and what to do. Details are of the sandbox, names in them a stranger's. */
import type { JsonObject, JsonValue } from "palyra-skills/encoding";
import { pasted, SECRET_NAME, tellDenial } from "./denials.ts";
import { quoted, safe } from "./safe.ts";
import { grouped, size } from "./units.ts";

export interface ToldOutcome {
  readonly says: string;
  /** One line each. */
  readonly lists: readonly string[];
  readonly hint?: string;
}

/** Whose run it was, for commands in hints. */
export interface OutcomeOf {
  readonly outcome: string;
  readonly details: JsonObject;
  readonly tool_id: string;
  /** Absent: it is not installed. */
  readonly skill_id?: string;
}

/** Undefined for `Ok`. */
export function tellOutcome(of: OutcomeOf): ToldOutcome | undefined {
  const told = TELLINGS[of.outcome]?.(of);
  if (told !== undefined || of.outcome === "Ok") return told;
  return { says: `it ended with ${safe(of.outcome)}`, lists: [] };
}

type Telling = (of: OutcomeOf) => ToldOutcome;
const TELLINGS: { readonly [outcome: string]: Telling } = {
  QuotaExceeded: quotaExceeded,
  TimedOut: timedOut,
  CapabilityDenied: capabilityDenied,
  InvalidInput: invalidInput,
  RuntimeFailure: runtimeFailure,
};

function timedOut({ details, ...of }: OutcomeOf): ToldOutcome {
  const says = `it took longer than it may: ${told(details, milliseconds, (_, allowed) => `its time was over, of ${allowed}`)}`;
  const setting = whoSets("wall_clock_timeout_ms", of);
  if (details["phase"] !== "preparing") return { says, lists: [], hint: `give it less to do; ${setting}` };
  const size = details["module_bytes"];
  const module = size === undefined ? "" : `, and into reading, checking and compiling its module of ${bytes(size)}`;
  return {
    says: `${says}, before any of its code ran`,
    lists: [`that time went into holding the input against its schema${module}`],
    hint: setting,
  };
}

/** What a quota is called, and how an amount of it is told. */
const QUOTAS: { readonly [quota: string]: readonly [name: string, amount: (value: JsonValue | undefined) => string] } = {
  fuel_budget: ["fuel", (value) => `${number(value)} units`],
  max_memory_bytes: ["memory", bytes],
  process_memory_bytes: ["memory of its process", bytes],
  table_elements: ["elements of tables", number],
  output_bytes: ["output", bytes],
};

function quotaExceeded({ details, ...of }: OutcomeOf): ToldOutcome {
  const quota = text(details, "quota") ?? "";
  const [name, amount] = QUOTAS[quota] ?? [safe(quota), number];
  const how = details["used"] === undefined ? "" : `: ${told(details, amount, refusedMore)}`;
  const settable = quota === "fuel_budget" || quota === "max_memory_bytes";
  return {
    says: `it needs more ${name} than it may have${how}`,
    lists: [],
    hint: settable ? `give it less to do; ${whoSets(quota, of)}` : "give it less to do: this limit is the host's own",
  };
}

const refusedMore = (used: string, allowed: string): string => `it had ${used} of ${allowed}, and asked for more than was left`;

/** What was used of what it may. Where that is no more than it may, `within` says why it ended: two amounts alone would say that it need not have. */
function told(
  { used, allowed }: JsonObject,
  amount: (value: JsonValue | undefined) => string,
  within: (used: string, allowed: string) => string,
): string {
  const isOver = isNumber(used) && isNumber(allowed) && used > allowed;
  if (!isOver) return within(amount(used), amount(allowed));
  // Rounded they may be the same.
  const [has, may] = [used, allowed].map(amount(used) === amount(allowed) ? exactly : amount);
  return `${has}, over its budget of ${may}`;
}

const exactly = (value: JsonValue | undefined): string => `${number(value)} B`;

const isNumber = (value: JsonValue | undefined): value is number | bigint =>
  typeof value === "number" || typeof value === "bigint";

/** A limit is the lowest of three. */
function whoSets(quota: string, { skill_id, tool_id }: Omit<OutcomeOf, "details">): string {
  if (skill_id === undefined) return `or raise ${quota} in skill.toml`;
  const operator = `an operator (palyra skills grant list ${safe(skill_id)})`;
  const setters =
    quota === "fuel_budget" ? `its manifest (${quota}), ${operator} or --max-fuel` : `its manifest (${quota}) or ${operator}`;
  return `${setters} sets that: palyra skills run ${safe(tool_id)} --dry-run shows what holds`;
}

function capabilityDenied({ details, skill_id }: OutcomeOf): ToldOutcome {
  return { ...tellDenial(details, skill_id), lists: [] };
}

const FAULTY: { readonly [fault: string]: string } = {
  input: "the input is not what the tool takes",
  input_schema: "the tool's own input schema cannot be used",
  module: "its module cannot run here",
  import: "its module imports what no host has",
  export: "its module does not export what a tool has to",
  entrypoint: "its module has no such entry point",
  name: "a name of its own is longer than a tool can be told",
  grants: "it is granted more than a tool can be told",
};

function invalidInput({ details, tool_id, skill_id }: OutcomeOf): ToldOutcome {
  const fault = text(details, "fault") ?? "";
  const isCallers = fault === "input";
  return {
    says: isCallers && isNoJson(details) ? "the input is no JSON" : (FAULTY[fault] ?? "it could not be prepared"),
    lists: faultLines(details),
    hint: isCallers
      ? `${isNoJson(details) ? "keys and texts of JSON stand in double quotes; " : ""}${
          skill_id === undefined
            ? "the tool's input_schema in skill.toml says what it takes"
            : `what it takes is in its inputSchema: palyra skills tools --json, or palyra skills info ${safe(skill_id)} --json`
        }`
      : `that is a fault of ${safe(tool_id)}: tell its publisher`,
  };
}

/** Nothing was held against a schema: there is one problem, and no list. */
const isNoJson = ({ faults, problem }: JsonObject): boolean => faults === undefined && problem !== undefined;

const TRAPS: { readonly [trap: string]: string } = {
  unreachable: "it gave up (unreachable)",
  memory_out_of_bounds: "it touched memory that it does not have",
  segment_out_of_bounds: "its data does not fit its memory",
  table_out_of_bounds: "it called beyond its table",
  divide_by_zero: "it divided by zero",
  integer_overflow: "a number became too large for it",
  invalid_conversion: "a number could not be converted",
  indirect_call: "it called something of another kind",
  null_reference: "it used a reference that leads nowhere",
  stack_exhausted: "it called itself too deeply (the stack is full)",
};

function runtimeFailure(of: OutcomeOf): ToldOutcome {
  const ended = ownEnd(of);
  const reference = text(of.details, "secret_ref");
  if (reference === undefined) return ended;
  const isMissing = text(of.details, "secret_problem") === "missing";
  const wanted = `it asked for the secret ${quoted(reference)}, `;
  const store = `palyra secrets set ${pasted(reference, SECRET_NAME, "SCOPE/KEY").replace("/", " ")}`;
  return {
    says: ended.says,
    lists: [...ended.lists, wanted + (isMissing ? "which is not stored here" : "and what is stored there is not to be used")],
    hint: isMissing
      ? `that may be why; to store it: ${store}`
      : `that may be why: a header takes one line of ASCII, and a signing key goes to its own skill alone; to store another: ${store}`,
  };
}

function ownEnd({ details, tool_id }: OutcomeOf): ToldOutcome {
  const fault = text(details, "fault") ?? "";
  const hint = `that is a fault of ${safe(tool_id)}: its log may say more`;
  const trap = text(details, "trap");
  const at = details["function"] === undefined ? "" : `, in function ${number(details["function"])} of its module`;
  if (fault === "trap") return { says: `${TRAPS[trap ?? ""] ?? `it trapped (${safe(trap ?? "")})`}${at}`, lists: [], hint };
  if (fault === "exit")
    return { says: `it ended with exit code ${number(details["exit_code"])}, and not with 0`, lists: [], hint };
  if (fault === "output" && isNoJson(details))
    return {
      says: "what it answered is no JSON",
      lists: faultLines(details),
      hint: `${hint}; its answer is all that it writes to stdout`,
    };
  if (fault === "output")
    return { says: "what it answered is not what its output_schema promises", lists: faultLines(details), hint };
  if (fault === "output_schema") return { says: "the tool's own output schema cannot be used", lists: faultLines(details), hint };
  const ended = OURS[fault];
  return ended === undefined
    ? { says: `it failed (${safe(fault === "" ? "no reason is known" : fault)})`, lists: faultLines(details), hint }
    : { says: ended, lists: faultLines(details) };
}

const OURS: { readonly [fault: string]: string } = {
  cancelled: "it was cancelled",
  quarantined: "its skill was stopped while it ran",
  out_of_memory: "its process ran out of memory",
  process_died: "its process died",
  sandbox: "its process did not keep to the rules, and was ended",
  host: "the host failed while it answered it",
};

/** Faults of a document by their places, or the one problem that there is. */
function faultLines(details: JsonObject): readonly string[] {
  const { faults, problem, line, column } = details;
  if (Array.isArray(faults)) return toldFaults(faults.filter(isObject)).map(faultLine);
  const where = line === undefined ? "" : ` at line ${number(line)}, column ${number(column)}`;
  const name = [text(details, "module"), text(details, "name"), text(details, "export")].filter((each) => each !== undefined);
  const says = [...name.map((each) => quoted(each)), ...(typeof problem === "string" ? [safe(problem)] : [])].join(" ");
  return says === "" ? [] : [`${says}${where}`];
}

const faultLine = (fault: JsonObject): string => {
  const path = pathOf(fault);
  // Of a schema that nothing fits the validator says no more than that.
  const problem = text(fault, "keyword") === "false" ? "its schema lets nothing stand here" : (text(fault, "problem") ?? "");
  return `${path === "#" ? "the whole of it" : safe(path)}: ${safe(problem)}`;
};

const pathOf = (fault: JsonObject): string => text(fault, "path") ?? "#";

/** Keywords that fail by what stands below, which is told by itself: that a property does not match, and then why. */
const PARENTS: ReadonlySet<string | undefined> = new Set(["properties", "additionalProperties", "items", "prefixItems"]);

const toldFaults = (faults: readonly JsonObject[]): readonly JsonObject[] =>
  faults.filter(
    (fault) => !PARENTS.has(text(fault, "keyword")) || !faults.some((other) => pathOf(other).startsWith(`${pathOf(fault)}/`)),
  );

const isObject = (value: JsonValue): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

function text(details: JsonObject, key: string): string | undefined {
  const value = details[key];
  return typeof value === "string" ? value : undefined;
}

function number(value: JsonValue | undefined): string {
  return typeof value === "number" || typeof value === "bigint" ? grouped(value) : "?";
}
function bytes(value: JsonValue | undefined): string {
  return typeof value === "number" || typeof value === "bigint" ? size(value) : "?";
}
function milliseconds(value: JsonValue | undefined): string {
  return typeof value === "number" ? `${grouped(Math.round(value))} ms` : "?";
}
