import type { Output } from "../cli/host.ts";
import { PalyraError } from "../errors.ts";
import { tellingOf } from "../operations/wording/sentences.ts";

/** stdout could not be written: one line, exit code 1. Whoever reads us may have read enough, and then nothing is said. */
export function tellLostOutput({ code = "EIO" }: NodeJS.ErrnoException, stderr: Output): void {
  if (code === "EPIPE") return;
  process.exitCode = 1;
  const told = tellingOf(new PalyraError("Io", { action: "write to", file: "stdout", code }));
  stderr.write(`error: ${told?.message ?? code}\n`);
}
