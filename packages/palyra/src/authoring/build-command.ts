/** Runs a command that an author gave: as it was typed, through the shell, with the author's rights. Nothing is run that was not asked for. */
import { type ChildProcess, spawn } from "node:child_process";

export interface BuildOptions {
  readonly folder: string;
  readonly signal: AbortSignal;
  /** In a process group of its own, so that all that it started is ended with it; else the terminal's Ctrl-C reaches it. */
  readonly apart?: true;
}

/** What it says goes to stderr: stdout is the document's. Undefined: it ended with 0; else why not. */
export function runBuild(command: string, { folder, signal, apart }: BuildOptions): Promise<string | undefined> {
  return new Promise((done) => {
    const detached = apart === true && process.platform !== "win32";
    const child = spawn(command, { cwd: folder, shell: true, stdio: ["ignore", 2, "inherit"], detached });
    const stop = (): void => end(child, detached);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    child.on("error", (error) => done(error.message));
    child.on("close", (code, killed) => {
      signal.removeEventListener("abort", stop);
      // Whatever it left running in the background goes with it.
      if (detached) signalGroup(child, "SIGKILL");
      done(code === 0 ? undefined : code === null ? `it was ended by ${killed ?? "a signal"}` : `it ended with ${code}`);
    });
  });
}

/** Milliseconds that a build has to tidy up. */
const GRACE_MS = 1000;

function end(child: ChildProcess, isGroup: boolean): void {
  const signal = (name: NodeJS.Signals): void => {
    if (isGroup) signalGroup(child, name);
    else child.kill(name);
  };
  signal("SIGTERM");
  const late = setTimeout(() => signal("SIGKILL"), GRACE_MS);
  child.once("close", () => clearTimeout(late));
}

function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // Nobody is left in it.
  }
}
