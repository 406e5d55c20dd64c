/** Holding what a command did against `expect`. Pure but for the look at files, which comes in as `Observed`. */
import { isList, type Json, type JsonRecord, list, optionalRecord, parse, record, text, withValueAt } from "./scenario.ts";

/** What can be seen after a step. */
export interface Observed {
  /** Absent for a `look`. */
  readonly exit?: number;
  readonly stdout?: string;
  /** What reached the daemon since the last look; absent where there is none. */
  readonly requests?: readonly Json[] | undefined;
  /** Names below a folder: files, links as `name -> target`, empty folders as `name/`; undefined where there is none. */
  names(folder: string): readonly string[] | undefined;
  /** Undefined where there is no file. */
  content(file: string): string | undefined;
}

/** Applies a step's deviations to its `expect`, in order. */
export function withDeviations(expect: Json, deviations: Json | undefined): Json {
  return (isList(deviations) ? deviations : []).reduce<Json>((current, each) => {
    const deviation = record(each, "a deviation");
    return withValueAt(current, text(deviation["at"], "at"), (old) =>
      deviation["open"] === true ? [...list(old, "what is opened"), "<more>"] : (deviation["value"] ?? null),
    );
  }, expect);
}

/** What is not as expected, one line each; empty where all is. */
export function compareStep(expect: JsonRecord, seen: Observed): readonly string[] {
  const { exit, json, stdout, tree, files, requests, ...unknown } = expect;
  return [
    ...Object.keys(unknown).map((key) => `the harness does not know "expect.${key}"`),
    ...(exit === undefined ? [] : compareExit(exit, seen.exit)),
    ...(json === undefined ? [] : compareDocument(json, seen.stdout)),
    ...(stdout === undefined ? [] : compareStdout(text(stdout, "stdout"), seen.stdout)),
    ...(requests === undefined ? [] : compareRequests(requests, seen.requests)),
    ...Object.entries(record(tree ?? {}, "tree")).flatMap(([folder, names]) => compareTree(folder, names, seen.names(folder))),
    ...Object.entries(record(files ?? {}, "files")).flatMap(([file, content]) => compareFile(file, content, seen.content(file))),
  ];
}

/** Bodies field by field, without any more: what a daemon does not know it refuses (spec 8). */
function compareRequests(expected: Json, actual: readonly Json[] | undefined): readonly string[] {
  const problems = compareValue(expected, actual ?? [], "requests");
  const bodies = (requests: readonly Json[]) =>
    requests.map((each) => Object.keys(optionalRecord(record(each, "a request")["body"]) ?? {}));
  const [wanted, sent] = [bodies(list(expected, "requests")), bodies(actual ?? [])].map((each) => JSON.stringify(each));
  return wanted === sent ? problems : [...problems, `the bodies have the fields ${sent}, expected ${wanted}`];
}

function compareExit(expected: Json, actual: number | undefined): readonly string[] {
  const allowed: readonly (Json | undefined)[] = expected === "<any>" ? [actual] : expected === "<1 or 2>" ? [1, 2] : [expected];
  return allowed.includes(actual) ? [] : [`exit ${actual}, expected ${JSON.stringify(expected)}`];
}

function compareStdout(expected: string, actual: string | undefined): readonly string[] {
  if (expected === "text") return actual === undefined ? ["no stdout"] : [];
  const wanted = expected === "empty" ? "" : expected;
  return actual === wanted ? [] : [`stdout ${shown(actual)}, expected ${shown(wanted)}`];
}

function compareDocument(expected: Json, stdout: string | undefined): readonly string[] {
  const document = parsed(stdout);
  if (document === undefined) return [`stdout is no JSON document: ${shown(stdout)}`];
  return [...(stdout?.endsWith("\n") ? [] : ["stdout does not end with a newline"]), ...compareValue(expected, document, "json")];
}

/** Further files are fine, but not in a version's folder. */
function compareTree(folder: string, expected: Json | undefined, actual: readonly string[] | undefined): readonly string[] {
  if (expected === null || expected === undefined) return actual === undefined ? [] : [`${folder} is there`];
  if (actual === undefined) return [`${folder} is not there`];
  const names = list(expected, "a tree").map((name) => text(name, "a name"));
  const allowed = new Set(names.map((name) => name.replace(/^\?/, "")));
  const found = new Set(actual);
  return [
    ...names.filter((name) => !name.startsWith("?") && !found.has(name)).map((name) => `${folder}: ${name} is missing`),
    ...actual.filter((name) => !allowed.has(name) && IN_A_VERSION.test(name)).map((name) => `${folder}: ${name} is too much`),
  ];
}

const IN_A_VERSION = /(?:^|\/)[a-z0-9._:-]+\/\d+\.\d+\.\d+\//;

function compareFile(file: string, expected: Json | undefined, actual: string | undefined): readonly string[] {
  const wanted = optionalRecord(expected) ?? { json: expected };
  if (wanted["absent"] === true) return actual === undefined ? [] : [`${file} is there`];
  if (wanted["json"] === "<nothing-trusted>") return trustsNothing(actual) ? [] : [`${file} trusts somebody: ${shown(actual)}`];
  if (actual === undefined) return [`${file} is not there`];
  if (wanted["text"] !== undefined) return wanted["text"] === actual ? [] : [`${file} has another text: ${shown(actual)}`];
  if (wanted["ndjson"] !== undefined) return compareLines(file, wanted["ndjson"], actual);
  const document = parsed(actual);
  return document === undefined ? [`${file} is no JSON: ${shown(actual)}`] : compareValue(wanted["json"], document, file);
}

function compareLines(file: string, expected: Json, actual: string): readonly string[] {
  const lines = actual.split("\n");
  if (lines.pop() !== "") return [`${file} does not end with a newline`];
  const values = lines.map((line) => parsed(line) ?? "<not JSON>");
  return compareValue(expected, values, file);
}

function trustsNothing(content: string | undefined): boolean {
  if (content === undefined) return true;
  const store = optionalRecord(parsed(content));
  return (
    store !== undefined &&
    ["trusted_publishers", "tofu_publishers"].every((key) => Object.keys(optionalRecord(store[key]) ?? {}).length === 0)
  );
}

/** Expected values may be `<…>`; further fields and any order of fields are fine. */
export function compareValue(expected: Json | undefined, actual: Json | undefined, at: string): readonly string[] {
  if (typeof expected === "string" && /^<[a-z0-9 -]+>$/.test(expected)) {
    const fits = PLACEHOLDERS.get(expected);
    if (fits === undefined) return [`the harness does not know ${expected}`];
    return fits(actual) ? [] : [`${at} is ${shown(actual)}, expected ${expected}`];
  }
  if (isList(expected))
    return isList(actual) ? compareItems(expected, actual, at) : [`${at} is ${shown(actual)}, expected an array`];
  const members = optionalRecord(expected);
  if (members === undefined) return expected === actual ? [] : [`${at} is ${shown(actual)}, expected ${shown(expected)}`];
  const found = optionalRecord(actual);
  if (found === undefined) return [`${at} is ${shown(actual)}, expected an object`];
  return Object.entries(members).flatMap(([key, member]) => compareValue(member, own(found, key), `${at}.${key}`));
}

function compareItems(expected: readonly Json[], actual: readonly Json[], at: string): readonly string[] {
  const open = expected.at(-1) === "<more>";
  const items = open ? expected.slice(0, -1) : expected;
  const short = actual.length < items.length || (!open && actual.length > items.length);
  return [
    ...(short ? [`${at} has ${actual.length} items, expected ${items.length}${open ? " or more" : ""}`] : []),
    ...items.flatMap((item, index) => (index < actual.length ? compareValue(item, actual[index], `${at}[${index}]`) : [])),
  ];
}

const isInteger = (value: Json | undefined): boolean => typeof value === "number" && Number.isInteger(value);
const matches =
  (pattern: RegExp) =>
  (value: Json | undefined): boolean =>
    typeof value === "string" && pattern.test(value);
/** 2001 to 2100: Unix milliseconds, not seconds. */
const isTime = (value: Json | undefined): boolean =>
  typeof value === "number" && Number.isInteger(value) && value > 978_307_200_000 && value < 4_102_444_800_000;

const PLACEHOLDERS: ReadonlyMap<string, (value: Json | undefined) => boolean> = new Map([
  ["<time>", isTime],
  ["<int>", isInteger],
  ["<sha256>", matches(/^[0-9a-f]{64}$/)],
  ["<text>", matches(/[\s\S]/)],
  ["<version>", matches(/^\d+\.\d+\.\d+$/)],
  ["<any>", (value) => value !== undefined],
  ["<any-or-absent>", () => true],
  ["<absent>", (value) => value === undefined],
  // What Palyra writes in place of a secret, word for word.
  ["<redacted>", (value) => value === "<redacted>"],
]);

function own(object: JsonRecord, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function parsed(source: string | undefined): Json | undefined {
  try {
    return source === undefined ? undefined : parse(source);
  } catch {
    return undefined;
  }
}

function shown(value: Json | undefined): string {
  const source = value === undefined ? "absent" : JSON.stringify(value);
  return source.length > 300 ? `${source.slice(0, 300)}…` : source;
}
