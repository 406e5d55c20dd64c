import { errorDocument, errorLines, jsonText, stateRootIn, tell } from "../cli/report-error.ts";
import { plain } from "../cli/text/paint.ts";
import { readConfig } from "../daemon/config.ts";
import { resolveReauditInterval } from "../daemon/schedule.ts";
import { createLog } from "../http/index.ts";
import { readPolicy } from "../operations/shared/policy.ts";
import { VERSION } from "../version.ts";
import { compose } from "./compose.ts";
import { type DaemonParts, serveDaemon } from "./compose-daemon.ts";
import { DAEMON_OPTIONS, type DaemonWords, daemonHelp, readDaemonWords } from "./palyrad-options.ts";
import { requirePolicies } from "./require-policies.ts";
import { tameWarnings } from "./warnings.ts";

/** `palyrad` from its words to its end; `program` is the file that was started. The exit code: 0 stopped as it was told to; 1 failed; 2 what it was started with is off (spec 8). */
export async function runDaemonCommand(argv: readonly string[], program: URL): Promise<0 | 1 | 2> {
  const json = argv.includes("--json");
  // From here on, so that one that comes early is not lost. The second ends the process at once.
  const stopped = stopSignal();
  let failure: 1 | 2 = 2;
  tameWarnings({ write: (text) => void process.stderr.write(text), terminal: false });
  try {
    const words = readDaemonWords(argv);
    if (words.shows !== undefined) return show(words.shows);
    const parts = await partsOf(words);
    failure = 1;
    const { log, flush } = createLog();
    try {
      await serveDaemon({ ...parts, program }, { log, stopped, ready: (url) => sayReady(url, json) });
    } finally {
      await flush();
    }
    return 0;
  } catch (error) {
    const told = tell(error, { options: DAEMON_OPTIONS.map(({ name }) => name), places: "", stateRoot: stateRootIn(argv) });
    process.stderr.write(json ? jsonText(errorDocument(told), 2) : `${errorLines(told, plain).join("\n")}\n`);
    if (process.env["PALYRA_DEBUG"] === "1" && error instanceof Error) process.stderr.write(`${error.stack ?? ""}\n`);
    return failure;
  }
}

/** All that it is started with, checked before anything is opened. `Usage`, `PolicyInvalid`, `Io`. */
async function partsOf({ settings: options, daemon, reauditIntervalMs }: DaemonWords): Promise<DaemonParts> {
  const { settings, home } = compose(options, process.env);
  const config = await readConfig(daemon, process.env);
  const intervalMs = resolveReauditInterval(reauditIntervalMs, process.env);
  // One that is off is said now, with its line, not by the first pass.
  await readPolicy(settings);
  await requirePolicies(settings, home);
  // What this process starts need not know it.
  delete process.env["PALYRA_ADMIN_TOKEN"];
  delete process.env["PALYRA_MCP_TOKEN"];
  return { options, env: process.env, config, intervalMs };
}

function show(what: "help" | "version"): 0 {
  process.stdout.write(what === "help" ? daemonHelp() : `palyrad ${VERSION}\n`);
  return 0;
}

function sayReady(url: string, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify({ ready: true, url })}\n` : `palyrad is ready at ${url}\n`);
}

function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
  });
}
