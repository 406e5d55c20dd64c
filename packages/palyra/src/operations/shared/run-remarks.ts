/** What is said beside a run that came to nothing: what may be the reason, and what to do. Only such a run needs it. */
import { statSync } from "node:fs";
import type { CallOutcome } from "../../execution/index.ts";
import { shellWord } from "../wording/at-place.ts";
import { quoted } from "../wording/safe.ts";
import type { InputOptions } from "./tool-input.ts";

/** Characters of an answer that are shown, and bytes that they have at most. */
const MAX_BEGINNING = 60;
const BEGINNING_BYTES = 4 * MAX_BEGINNING;

/** How an answer that is no JSON begins: most often with a line that was meant for the log. One remark, or none. */
export function beginningRemarks({ details, stdout }: Pick<CallOutcome, "details" | "stdout">): readonly string[] {
  if (details["fault"] !== "output" || details["problem"] === undefined || stdout.length === 0) return [];
  const beginning = new TextDecoder().decode(stdout.subarray(0, BEGINNING_BYTES));
  return [`what it answered begins ${quoted(beginning, MAX_BEGINNING)}; a log goes to stderr`];
}

/** What is no JSON and names a file, with or without an `@`: what stands in that was meant. One remark, or none. */
export function fileRemarks({ details }: Pick<CallOutcome, "details">, { input }: InputOptions): readonly string[] {
  const file = input?.replace(/^@/, "");
  const isUnparsed = details["fault"] === "input" && details["problem"] !== undefined;
  if (file === undefined || !isUnparsed || !isFile(file)) return [];
  return [`${file} is a file: --input-file ${shellWord(file)} takes what stands in it`];
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
