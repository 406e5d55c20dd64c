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
}

export function tell(error: unknown): Told {
  const telling = tellingOf(error);
  if (telling !== undefined) {
    const { code, message, hint, exit, details } = telling;
    return { exit, code, message, hint, details: asJson(details), faults: faultsOf(details) };
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
    ...told.faults.flatMap((fault) => faultLines(fault, paint)),
    ...(told.hint === undefined ? [] : [`${paint.strong("hint:")} ${told.hint}`]),
  ];
}

/** Place and problem, then the line with a caret under the column. */
function faultLines(fault: Fault, paint: Paint): string[] {
  const place = fault.line === undefined ? "" : `line ${fault.line}${fault.column === undefined ? "" : `:${fault.column}`}`;
  const said = [
    safe(fault.path),
    safe(fault.problem),
    ...(fault.found === undefined ? [] : [`found ${safe(fault.found)}`]),
    ...(fault.allowed === undefined ? [] : [`allowed: ${safe(fault.allowed)}`]),
  ].filter((part) => part !== "");
  const first = `  ${[...(place === "" ? [] : [paint.strong(place)]), said.join(", ")].join("  ")}`;
  if (fault.line === undefined || fault.quote === undefined) return [first];
  const gutter = `    ${fault.line} | `;
  const before = [...fault.quote].slice(0, (fault.column ?? 1) - 1).join("");
  const caret = " ".repeat(width(gutter) - 2) + paint.faint("| ") + " ".repeat(width(safe(before)));
  return [first, `${paint.faint(gutter)}${safe(fault.quote)}`, `${caret}${paint.bad("^")}`];
}

export { jsonText } from "./json.ts";
