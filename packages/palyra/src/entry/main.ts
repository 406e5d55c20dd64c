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
    compose: (options, askSecret) => {
      const services = compose(options, process.env, askSecret);
      if (services.settings.authorizationPolicy.value !== undefined) leaveUnoptimized();
      return services;
    },
  };
}

/** Executed bytes after which the engine compiles a function of WebAssembly anew: more than a command comes to. */
const TIERING_BUDGET = 1_000_000_000;

/**
 * A command asks Cedar a few questions and ends: what the engine would optimize meanwhile, on all cores, takes half a second of processor time, and the
 * sandbox's process waits for it (decision 9). Of this process, which is ours: never of a program that has us as its library.
 */
function leaveUnoptimized(): void {
  process.getBuiltinModule("node:v8").setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
}
