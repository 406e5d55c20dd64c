import type { Fault } from "palyra-skills";
import { beforeColumn, type JsonValue } from "palyra-skills/encoding";
import { CATALOG } from "../operations/catalog.ts";
import { asJson } from "../operations/wording/as-json.ts";
import { shellWord } from "../operations/wording/at-place.ts";
import { safe } from "../operations/wording/safe.ts";
import { tellingOf } from "../operations/wording/sentences.ts";
import type { Typed } from "../operations/wording/typed.ts";
import { findCommand } from "./command.ts";
import { optionsOf } from "./options.ts";
import type { Paint } from "./text/paint.ts";
import { width } from "./text/width.ts";

/** An error as the command tells it: for people as lines on stderr, for programs as the document of spec 6. */
export interface Told {
  readonly exit: 1 | 2;
  readonly code: string;
  readonly message: string;
  /** More of the message, one line each. */
  readonly listed: readonly string[];
  readonly hint: string | undefined;
  readonly details: JsonValue;
  readonly faults: readonly Fault[];
  /** What the faults are in; absent where there is no saying. */
  readonly document?: string | undefined;
}

/** @param typed the command line that met the error */
export function tell(error: unknown, typed?: Typed): Told {
  const telling = tellingOf(error, typed);
  if (telling !== undefined) {
    const { code, message, listed, hint, exit, details } = telling;
    return {
      exit,
      code,
      message,
      listed,
      hint,
      details: asJson(details),
      faults: faultsOf(details),
      document: documentOf(code, details),
    };
  }
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    exit: 1,
    code: "Internal",
    message: `internal error: ${safe(said)}`,
    listed: [],
    hint: "this is a fault of palyra; PALYRA_DEBUG=1 shows where",
    details: {},
    faults: [],
  };
}

/** A command line, for hints that go on from it. Words that may be a secret are not said again. */
export async function typedAs(argv: readonly string[]): Promise<Typed> {
  const given = (options: readonly string[]): string =>
    options
      .flatMap((option) => givenFor(option, argv))
      .map((word) => ` ${shellWord(word)}`)
      .join("");
  const typed = {
    options: [],
    places: given(PLACE_OPTIONS),
    audits: given(["--audit-policy", "--vex"]),
    authorizes: given(["--authorization-policy"]),
    stateRoot: stateRootIn(argv),
    ...fileIn(argv),
    ...unaskedIn(argv),
  };
  try {
    const command = findCommand(argv);
    if (command.kind !== "operation") return typed;
    const operation = await CATALOG[command.name].load();
    const options = optionsOf(operation).map(({ name }) => name);
    if (operation.confidential || argv.some((word) => word.startsWith("--token"))) return { ...typed, options };
    const again = (flag: string): string => ["palyra", ...argv.map(shellWord), flag].join(" ");
    return { ...typed, options, again };
  } catch {
    return typed;
  }
}

/** Why nobody is asked, where words say that (spec 5.2). */
function unaskedIn(argv: readonly string[]): Pick<Typed, "unasked"> {
  const unasked = argv.find((word) => UNASKED.includes(word));
  return unasked === undefined ? {} : { unasked };
}

const UNASKED: readonly string[] = ["--yes", "-y", "--non-interactive", "--json"];

/** The file that `--artifact` names, as a shell takes it. */
function fileIn(argv: readonly string[]): { readonly artifact?: string } {
  const file = givenFor("--artifact", argv)
    .at(-1)
    ?.replace(/^--artifact=/, "");
  return file === undefined ? {} : { artifact: shellWord(file) };
}

/** Options that say where trust lies: another command means the same place with them. */
const PLACE_OPTIONS = ["--state-root", "--skills-dir", "--trust-store"] as const;

/** As it was given; undefined where a variable or the platform says it. */
export function stateRootIn(argv: readonly string[]): string | undefined {
  return givenFor("--state-root", argv)
    .at(-1)
    ?.replace(/^--state-root=/, "");
}

function givenFor(option: string, argv: readonly string[]): readonly string[] {
  const at = argv.indexOf(option);
  const value = argv[at + 1];
  if (at !== -1 && value !== undefined) return [option, value];
  return argv.filter((word) => word.startsWith(`${option}=`)).slice(0, 1);
}

function faultsOf(details: object): readonly Fault[] {
  return "faults" in details && Array.isArray(details.faults) ? details.faults : [];
}

/** Spec 6: `{ "error": { code, message, details, hint } }`; then what was to be warned of on the way, where there is something. */
export function errorDocument({ code, message, details, hint }: Told, warnings: readonly string[] = []): JsonValue {
  const error = { code, message, details, hint: hint ?? null };
  return warnings.length === 0 ? { error } : { error, warnings };
}

/** One line that says what failed and why, the places where there are any, then what to do. */
export function errorLines(told: Told, paint: Paint): string[] {
  return [
    `${paint.bad("error:")} ${told.message}`,
    ...told.listed.map((line) => `  ${line}`),
    ...told.faults.flatMap((fault) => faultLines(fault, told.document, paint)),
    ...(told.hint === undefined ? [] : [`${paint.strong("hint:")} ${told.hint}`]),
  ];
}

/** `file:line:column  key: problem (found; allowed)`, then the line with a caret under the column. */
function faultLines(fault: Fault, document: string | undefined, paint: Paint): string[] {
  const { path, problem, found, allowed, line, column, quote } = fault;
  const place = [document, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(":");
  const besides = [
    ...(found === undefined ? [] : [`found ${safe(found)}`]),
    ...(allowed === undefined ? [] : [`allowed: ${safe(allowed)}`]),
  ].join("; ");
  const said = `${path === "" ? "" : `${safe(path)}: `}${safe(problem)}${besides === "" ? "" : ` (${besides})`}`;
  const first = `  ${place === "" ? "" : `${paint.strong(safe(place))}  `}${said}`;
  if (line === undefined || quote === undefined) return [first];
  const gutter = `    ${line} | `;
  const at = beforeColumn(quote, column ?? 1);
  const { before, after } = around(quote, at, at < (column ?? 1) - 1);
  const caret = " ".repeat(width(gutter) - 2) + paint.faint("| ") + " ".repeat(width(before));
  return [first, `${paint.faint(gutter)}${before}${after}`, `${caret}${paint.bad("^")}`];
}

/** Code points of a quoted line that are shown on either side of its fault. */
const MAX_BESIDE = 40;

/** What stands about a place of a line, which may be of any length; `isCut`: the line has more before that. */
function around(line: string, at: number, isCut: boolean): { readonly before: string; readonly after: string } {
  const points = [...line];
  const [from, to] = [Math.max(0, at - MAX_BESIDE), at + MAX_BESIDE];
  const part = (start: number, end: number): string => safe(points.slice(start, end).join(""));
  return {
    before: `${from > 0 || isCut ? "…" : ""}${part(from, at)}`,
    after: `${part(at, to)}${to < points.length ? "…" : ""}`,
  };
}

/** The file or entry that an error with faults is about. */
function documentOf(code: string, details: object): string | undefined {
  for (const key of ["document", "file", "path"] as const) {
    const value: unknown = Object.entries(details).find(([name]) => name === key)?.[1];
    if (typeof value === "string") return value;
  }
  // Modules that are none have that code too, and no place in a file.
  const placed = faultsOf(details).some(({ line }) => line !== undefined);
  return placed && code.startsWith("Manifest") ? "skill.toml" : undefined;
}

export { jsonText } from "../operations/wording/json-text.ts";
