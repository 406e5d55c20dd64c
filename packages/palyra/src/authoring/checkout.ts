/**
 * One commit of a git repository in a folder of its own, by the system's git. What a stranger's repository configures is not run: the
 * commit is fetched into a new repository without hooks, filters, submodules or anybody's configuration, and its id is what git checked.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { PalyraError } from "../errors.ts";
import { io } from "../files/index.ts";
import { linkOut } from "./link-out.ts";
import { readRepository, repositoryRoot } from "./repository.ts";

export interface CheckoutRequest {
  /** A folder of a repository, or a repository's address: `https:` or `file:`. */
  readonly source: string;
  /** 40 or 64 hex digits. */
  readonly commit: string;
  /** An empty folder, or one that is not there. */
  readonly target: string;
  /** Milliseconds for each run of git; default: `MAX_GIT_MS`. */
  readonly gitMs?: number;
}

/** Milliseconds for one run of git: a server that never answers, or never ends, is waited for no longer. */
const MAX_GIT_MS = 5 * 60_000;
/** Characters of what git says that an error repeats. */
const MAX_SAID = 1000;

export const isAddress = (source: string): boolean => /^(?:https|file):\/\//.test(source);

/** The repository's root as it was at that commit, without a link that leads out of it; `origin` is what it was there. `RebuildFailed`, `Io`. */
export async function checkOut(
  { source, commit, target, gitMs = MAX_GIT_MS }: CheckoutRequest,
  signal: AbortSignal,
): Promise<void> {
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) throw failed(`what is recorded is no commit: ${commit}`);
  const from = isAddress(source) ? source : await repositoryRoot(source);
  if (from === undefined) throw failed(`${source} is in no git repository`);
  const origin = isAddress(source) ? source : (await readRepository(source))?.url;
  await io("make", target, () => mkdir(target, { recursive: true }));
  const git = (...words: readonly string[]) => run(words, resolve(target), gitMs, signal);
  await git("init", "--quiet", `--object-format=${commit.length === 64 ? "sha256" : "sha1"}`);
  await git("fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--", from, commit);
  await git("checkout", "--quiet", "--detach", commit);
  if (origin !== undefined) await git("config", "remote.origin.url", origin);
  const actual = (await readRepository(target))?.commit;
  if (actual !== commit) throw failed(`git checked out ${actual ?? "nothing"} in place of ${commit}`);
  const link = await linkOut(target);
  if (link !== undefined)
    throw failed(`the commit has a link that leads out of it, ${link.path} to ${link.to}: what it names is in no commit`);
}

const failed = (problem: string): PalyraError => new PalyraError("RebuildFailed", { command: "", problem });

/** Nobody's configuration, no hooks, no questions, and of protocols those alone that were asked for. */
const SETTINGS = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.autocrlf=false",
  "protocol.version=2",
  "protocol.allow=never",
  "protocol.https.allow=always",
  "protocol.file.allow=always",
  "init.defaultBranch=main",
  "advice.detachedHead=false",
].flatMap((setting) => ["-c", setting]);

function run(words: readonly string[], cwd: string, most: number, signal: AbortSignal): Promise<void> {
  const { PATH, SystemRoot, HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy } = process.env;
  const env = {
    ...{ PATH, SystemRoot, HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy },
    HOME: join(cwd, ".git"),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: join(cwd, ".git", "none"),
    GIT_CEILING_DIRECTORIES: join(cwd, ".."),
    GIT_TERMINAL_PROMPT: "0",
    GIT_LFS_SKIP_SMUDGE: "1",
    LC_ALL: "C",
  };
  return new Promise((done, refuse) => {
    const child = spawn("git", [...SETTINGS, ...words], { cwd, env, stdio: ["ignore", "ignore", "pipe"], detached: HAS_GROUPS });
    const stop = (reason: unknown): void => {
      end(child);
      refuse(reason);
    };
    const aborted = (): void => stop(signal.reason);
    const timer = setTimeout(() => stop(failed(`git ${words[0] ?? ""} took more than ${most / 1000} s and was ended`)), most);
    signal.addEventListener("abort", aborted, { once: true });
    if (signal.aborted) aborted();
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(0, MAX_SAID);
    });
    const over = (reason: PalyraError | undefined): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", aborted);
      if (reason === undefined) done();
      else refuse(reason);
    };
    child.on("error", (error) =>
      over(failed("code" in error && error.code === "ENOENT" ? "there is no git on this machine" : `git: ${error.message}`)),
    );
    child.on("close", (code) => over(code === 0 ? undefined : failed(`git ${words[0] ?? ""} failed: ${said.trim()}`)));
  });
}

/** Windows has no groups of processes. */
const HAS_GROUPS = process.platform !== "win32";

/** With the helpers that it started, which would hold its stderr open. */
function end(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (HAS_GROUPS) process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
