/**
 * How a sandbox process is started (spec 10.3, T39): Node's permission flags and nothing allowed but reading its own program, no environment, no descriptor
 * but two pipes (what it says to stderr is thrown away), the system's own limits on processor time and on Linux memory, and there its end with ours.
 */
import { existsSync, readFileSync } from "node:fs";

/** What a process may use for as long as it lives, all its calls together. */
export interface ProcessLimits {
  /** Bytes of private memory, the engine's own included. */
  readonly memoryBytes: number;
  /** Of all its threads. */
  readonly cpuSeconds: number;
}

export interface StartCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

const SHELL = "/bin/sh";
/** Of util-linux; where it is missing a process that computes outlives a host that was killed, until its fuel or its processor time ends. */
const SETPRIV = "/usr/bin/setpriv";
const DIES_WITH_PARENT = "pdeathsig";
/** Kilobytes, as `ulimit` counts. */
const KIBI = 1024;
/** MiB of the heap of JavaScript: requests, answers and schemas, none of them over a few MiB. */
const HEAP_MIB = 192;

/** `process.permission` is without a prefix from Node 22.13 on; the older flag is still taken by 22. */
function permissionFlag(version: string): string {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 13) ? "--permission" : "--experimental-permission";
}

export function nodeFlags(program: string, nodeVersion: string): readonly string[] {
  return [
    permissionFlag(nodeVersion),
    `--allow-fs-read=${program}`,
    "--no-warnings",
    "--no-addons",
    // Of a stranger's schema or name nothing becomes code.
    "--disallow-code-generation-from-strings",
    `--max-old-space-size=${HEAP_MIB}`,
    program,
  ];
}

export function startCommand(
  program: string,
  limits: ProcessLimits,
  on: { readonly platform: NodeJS.Platform; readonly node: string; readonly version: string; readonly env: NodeJS.ProcessEnv },
): StartCommand {
  const flags = nodeFlags(program, on.version);
  // Windows starts nothing without it.
  const env = on.platform === "win32" ? { SystemRoot: on.env["SystemRoot"] } : {};
  if (on.platform === "win32" || !existsSync(SHELL)) return { file: on.node, args: flags, env };
  const isLinux = on.platform === "linux";
  // `-d` bounds memory and leaves WebAssembly working, which `-v` does not; macOS heeds neither. No core is written: it would hold what the call was
  // given. Where one is refused, nothing is started.
  const memory = isLinux ? `ulimit -d ${Math.ceil(limits.memoryBytes / KIBI)} && ` : "";
  const script = `${memory}ulimit -t ${limits.cpuSeconds} && ulimit -c 0 && exec "$0" "$@"`;
  // The kernel ends it with the host, whatever it does (a host that ends before that is the end of the pipe that it has not read yet).
  const before = isLinux && canDieWithParent() ? [SETPRIV, `--${DIES_WITH_PARENT}`, "KILL", "--"] : [];
  return { file: SHELL, args: ["-c", script, ...before, on.node, ...flags], env };
}

let isKnown: boolean | undefined;

/** Of `setpriv` from util-linux 2.33 on: an older one, and busybox's, does not hold the option's name. */
export function canDieWithParent(): boolean {
  isKnown ??= existsSync(SETPRIV) && readFileSync(SETPRIV).includes(DIES_WITH_PARENT);
  return isKnown;
}
