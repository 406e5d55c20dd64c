/** The input of a tool, as it is given on a command line. */
import { encodeUtf8 } from "palyra-skills/encoding";
import * as v from "valibot";
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
  if (!read.ok) throw new PalyraError("Io", { action: "read", file: inputFile, code: "EFBIG" });
  return read.bytes;
}
