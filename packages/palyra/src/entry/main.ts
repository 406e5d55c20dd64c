import type { Host } from "../cli/host.ts";
import { runCommandLine } from "../cli/run.ts";
import { compose } from "./compose.ts";
import { stderr, stdout } from "./streams.ts";
import { tameWarnings } from "./warnings.ts";

/** The command line in this process. Ends by itself once everything is written. */
export async function main(argv: readonly string[]): Promise<void> {
  tameWarnings(stderr);
  const exit = await runCommandLine(argv, processHost());
  // An answer that was lost on the way out has set it already.
  process.exitCode ??= exit;
}

function processHost(): Host {
  return {
    env: process.env,
    stdout,
    stderr,
    // A prompt on anything else would never be answered (spec 5.2).
    ...(stderr.terminal && process.stdin.isTTY ? { prompt: { input: process.stdin, output: stderr.stream() } } : {}),
    now: () => Date.now(),
    // The system's own way of interrupting stays: whatever is half done is finished or taken back by the next command.
    signal: new AbortController().signal,
    compose: (options, askSecret) => compose(options, process.env, askSecret),
  };
}
