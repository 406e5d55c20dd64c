/** One sandbox process as the host sees it: what is said to it, what it says, and its end. */
import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import { encodeFromHost, type FromHost, type FromProcess, PROTOCOL_VERSION } from "palyra-sandbox/protocol";
import { type ProcessLimits, type StartCommand, startCommand } from "./command.ts";
import { coveredDescriptors } from "./descriptors.ts";
import { FrameReader } from "./frames.ts";

/** How a process ended that nobody told to. */
export interface Death {
  /** Set where it said what it must not say. */
  readonly broke?: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Who listens to a process while it has a call. */
export interface Listener {
  message(message: FromProcess): void;
  died(death: Death): void;
}

/** Milliseconds that Node may take to start, on a machine that has much else to do. */
const START_MS = 60_000;
/** Milliseconds from the end of its pipe to its own. */
const SILENT_MS = 1000;

export class SandboxProcess {
  readonly limits: ProcessLimits;
  /** Fulfilled by what went wrong, where anything did. */
  readonly ready: Promise<Death | undefined>;
  readonly gone: Promise<void>;
  /** Of the one artifact that it serves. */
  artifactSha256: string | undefined;
  /** Keys of modules that it keeps compiled. */
  readonly keeps = new Set<string>();
  /** Milliseconds of all its calls. */
  busyMs = 0;
  calls = 0;
  isDead = false;
  readonly #child: ChildProcess;
  readonly #frames = new FrameReader();
  #listener: Listener | undefined;
  #broke: string | undefined;
  #isReady: ((death: Death | undefined) => void) | undefined;

  constructor(program: string, limits: ProcessLimits, command: StartCommand = commandHere(program, limits)) {
    this.limits = limits;
    this.#child = spawn(command.file, [...command.args], {
      env: command.env,
      // Its own errors are thrown away: they may quote what it was given.
      stdio: ["pipe", "pipe", "ignore", ...coveredDescriptors()],
      cwd: process.platform === "win32" ? undefined : "/",
      windowsHide: true,
    });
    this.ready = new Promise((resolve) => {
      const timer = setTimeout(() => this.kill(), START_MS);
      this.#isReady = (death) => {
        clearTimeout(timer);
        resolve(death);
      };
    });
    this.gone = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        this.#end({ code, signal, ...(this.#broke === undefined ? {} : { broke: this.#broke }) });
        resolve();
      };
      this.#child.on("error", (error) => {
        this.#broke ??= error.message;
        if (this.#child.pid === undefined) end(null, null);
      });
      this.#child.on("close", end);
    });
    // A pipe that nobody reads any more: the end of the process tells.
    this.#child.stdin?.on("error", () => {});
    this.#child.stdout?.on("error", () => {});
    this.#child.stdout?.on("data", (chunk: Buffer) => this.#take(chunk));
    // One that closed its pipe and goes on can say nothing more: its call does not wait for its deadline, nor the next one.
    this.#child.stdout?.on("end", () => setTimeout(() => this.#endSilent(), SILENT_MS).unref());
    // Who waits for a call has a timer; what only stands ready must not hold up the end of this program.
    this.#hold("unref");
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  listen(listener: Listener | undefined): void {
    this.#listener = listener;
  }

  send(message: FromHost): void {
    this.#child.stdin?.write(encodeFromHost(message));
  }

  /** SIGKILL: nothing of it runs any more when this returns. */
  kill(): void {
    this.isDead = true;
    this.#child.kill("SIGKILL");
    // Its end is waited for.
    this.#hold("ref");
  }

  #endSilent(): void {
    if (!this.isDead) this.kill();
  }

  /** Whether this program goes on for as long as the process is there. */
  #hold(how: "ref" | "unref"): void {
    const { stdin, stdout } = this.#child;
    this.#child[how]();
    for (const each of [stdin, stdout]) if (each instanceof Socket) each[how]();
  }

  #take(chunk: Uint8Array): void {
    if (this.isDead) return;
    try {
      for (const message of this.#frames.take(chunk)) this.#hear(message);
    } catch (error) {
      this.#violation(error instanceof Error ? error.message : "it said something else");
    }
  }

  #hear(message: FromProcess): void {
    if (this.isDead) return;
    if (message.is === "ready" && this.#isReady !== undefined && message.version === PROTOCOL_VERSION) {
      this.#isReady(undefined);
      this.#isReady = undefined;
    } else if (message.is === "ready" || this.#listener === undefined) this.#violation("it spoke unasked");
    else this.#listener.message(message);
  }

  /** It said what it must not say: an attacker's, or broken. */
  #violation(problem: string): void {
    this.#broke ??= problem;
    this.kill();
    this.#end({ broke: this.#broke, code: null, signal: "SIGKILL" });
  }

  #end(death: Death): void {
    this.isDead = true;
    this.#isReady?.(death);
    this.#isReady = undefined;
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.died(death);
  }
}

const commandHere = (program: string, limits: ProcessLimits): StartCommand =>
  startCommand(program, limits, {
    platform: process.platform,
    node: process.execPath,
    version: process.versions.node,
    env: process.env,
  });
