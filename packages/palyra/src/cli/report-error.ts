import type { Fault } from "palyra-skills";
import type { JsonValue } from "palyra-skills/encoding";
import { safe } from "../operations/wording/safe.ts";
import { tellingOf } from "../operations/wording/sentences.ts";
import { asJson } from "./json.ts";
import type { Paint } from "./text/paint.ts";
import { width } from "./text/width.ts";

/** An error as the command tells it: for people as lines on stderr, for programs as the document of spec 6. */
export interface Told {
  readonly exit: 1 | 2;
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly details: JsonValue;
  readonly faults: readonly Fault[];
  /** What the faults are in; absent where there is no saying. */
  readonly document?: string | undefined;
}

export function tell(error: unknown): Told {
  const telling = tellingOf(error);
  if (telling !== undefined) {
    const { code, message, hint, exit, details } = telling;
    return {
      exit,
      code,
      message,
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
    hint: "this is a fault of palyra; PALYRA_DEBUG=1 shows where",
    details: {},
    faults: [],
  };
}

function faultsOf(details: object): readonly Fault[] {
  return "faults" in details && Array.isArray(details.faults) ? details.faults : [];
}

/** Spec 6: `{ "error": { code, message, details, hint } }`. */
export function errorDocument({ code, message, details, hint }: Told): JsonValue {
  return { error: { code, message, details, hint: hint ?? null } };
}

/** One line that says what failed and why, the places where there are any, then what to do. */
export function errorLines(told: Told, paint: Paint): string[] {
  return [
    `${paint.bad("error:")} ${told.message}`,
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
  const before = [...quote].slice(0, (column ?? 1) - 1).join("");
  const caret = " ".repeat(width(gutter) - 2) + paint.faint("| ") + " ".repeat(width(safe(before)));
  return [first, `${paint.faint(gutter)}${safe(quote)}`, `${caret}${paint.bad("^")}`];
}

/** The file or entry that an error with faults is about. */
function documentOf(code: string, details: object): string | undefined {
  for (const key of ["document", "file", "path"] as const) {
    const value: unknown = Object.entries(details).find(([name]) => name === key)?.[1];
    if (typeof value === "string") return value;
  }
  return code.startsWith("Manifest") ? "skill.toml" : undefined;
}

export { jsonText } from "./json.ts";
