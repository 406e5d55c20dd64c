import { stat } from "node:fs/promises";
import { PalyraError } from "../errors.ts";

/**
 * Refuses to write over a file that the same command reads: the only copy of a key or of a source would be gone. `Usage`.
 * By the file itself, not by its name, so that a link to it is found too.
 */
export async function refuseInputAsOutput(output: string, inputs: readonly string[]): Promise<void> {
  const target = await identityOf(output);
  if (target === undefined) return;
  for (const input of inputs)
    if ((await identityOf(input)) === target)
      throw new PalyraError("Usage", {
        problem: `--output ${output} is the file that is read as ${input}`,
        hint: "name another file for the artifact; nothing was written",
      });
}

async function identityOf(file: string): Promise<string | undefined> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found && `${found.dev}:${found.ino}`;
}
