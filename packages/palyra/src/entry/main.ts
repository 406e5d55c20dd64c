import type { Host, Output } from "../cli/host.ts";
import { runCommandLine } from "../cli/run.ts";
import { compose } from "./compose.ts";

/** The command line in this process. Ends by itself once everything is written. */
export async function main(argv: readonly string[]): Promise<void> {
  // There is nowhere left to say it.
  process.stderr.on("error", () => {});
  const exit = await runCommandLine(argv, processHost());
  // An answer that was lost on the way out has set it already.
  process.exitCode ??= exit;
}

function processHost(): Host {
  const { stdin, stdout, stderr } = process;
  return {
    env: process.env,
    stdout: outputOf(stdout),
    stderr: outputOf(stderr),
    // A prompt on anything else would never be answered (spec 5.2).
    ...(stdin.isTTY && stderr.isTTY ? { prompt: { input: stdin, output: stderr } } : {}),
    now: () => Date.now(),
    // The system's own way of interrupting stays: whatever is half done is finished or taken back by the next command.
    signal: new AbortController().signal,
    compose: (options) => compose(options, process.env),
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return { write: (content) => void stream.write(content), terminal: stream.isTTY === true, columns: stream.columns };
}
