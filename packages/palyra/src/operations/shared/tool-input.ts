/** The input of a tool, as it is given on a command line. */
import { encodeUtf8, JsonFault, parseJson } from "palyra-skills/encoding";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { readBounded } from "../../files/index.ts";
import { text } from "../field.ts";
import type { Services } from "../services.ts";

export const inputOptions = {
  input: v.optional(text("JSON", "The input; {} where none is given")),
  inputFile: v.optional(text("FILE", "The input, from a file; - is stdin")),
};

export interface InputOptions {
  readonly input?: string | undefined;
  readonly inputFile?: string | undefined;
}

export const inputProblem = ({ input, inputFile }: InputOptions): string | undefined =>
  input !== undefined && inputFile !== undefined ? "--input and --input-file exclude each other" : undefined;

/** Bytes of an input. */
const MAX_INPUT_BYTES = 1024 * 1024;

/** JSON text, which the sandbox looks at. `Io`. */
export async function readInput({ readStdin }: Services, { input, inputFile }: InputOptions): Promise<Uint8Array> {
  if (inputFile === undefined) return encodeUtf8(input ?? "{}");
  if (inputFile === "-") return readStdin(MAX_INPUT_BYTES);
  const read = await readBounded(inputFile, MAX_INPUT_BYTES);
  if (!read.ok) throw new PalyraError("Io", { action: "read", file: inputFile, code: "EFBIG", limit: MAX_INPUT_BYTES });
  return read.bytes;
}

/** What a run would end with is told at once: schemas are a stranger's, and are looked at where tools run alone (spec 10.3). `Usage`. */
export function requireJson(input: Uint8Array): void {
  try {
    parseJson(input);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const { line, column, problem } = error;
    throw new PalyraError("Usage", { problem: `the input is no JSON: ${problem}, line ${line}, column ${column}` });
  }
}

/** Milliseconds after which a person is told what is waited for. */
const SILENT_MS = 2000;

/** Nobody said what the input is, and stdin has something for whoever reads it. */
export const isOfStdin = ({ stdinIsGiven }: Services, { input, inputFile }: InputOptions): boolean =>
  input === undefined && inputFile === undefined && stdinIsGiven();

/** The same, and where neither is given what somebody connected stdin with: nothing is dropped unsaid. Nothing in it is `{}`. `Io`. */
export async function readInputOrStdin(services: Services, given: InputOptions, { tell }: Call): Promise<Uint8Array> {
  if (!isOfStdin(services, given)) return readInput(services, given);
  const waited = setTimeout(() => tell?.([WAITED]), SILENT_MS);
  try {
    const read = await services.readStdin(MAX_INPUT_BYTES);
    return read.length === 0 ? encodeUtf8("{}") : read;
  } finally {
    clearTimeout(waited);
  }
}

const WAITED = "the input is read from stdin, until it ends; to give none: --input '{}', or < /dev/null";
