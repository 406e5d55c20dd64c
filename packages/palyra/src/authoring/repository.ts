/**
 * The git repository that a folder is in, read as a few bounded text files: git itself is not run, so no hook, filter or
 * configured program of the repository can run either, and only what looks like a ref, a commit or an address is believed.
 */
import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ifThere, readIfThere } from "../files/index.ts";

export interface SourceRepository {
  /** Address of the remote `origin`, without user, password, query; absent where there is none that others can use. */
  readonly url?: string;
  /** 40 or 64 lower-case hex digits; absent in a repository without a commit. */
  readonly commit?: string;
}

/** Folders that are looked at on the way up. */
const MAX_PARENTS = 64;
/** Bytes of HEAD, of a ref and of the file `.git`. */
const MAX_REF_BYTES = 4096;
const MAX_CONFIG_BYTES = 1024 * 1024;
const MAX_PACKED_REFS_BYTES = 16 * 1024 * 1024;

/** The repository around a folder; undefined where there is none. Never an error: what cannot be read is not known. */
export async function readRepository(folder: string): Promise<SourceRepository | undefined> {
  const own = await gitFolder(resolve(folder));
  if (own === undefined) return undefined;
  const common = await commonFolder(own);
  const url = originUrl((await textOf(join(common, "config"), MAX_CONFIG_BYTES)) ?? "");
  const commit = await headCommit(own, common);
  return { ...(url === undefined ? {} : { url }), ...(commit === undefined ? {} : { commit }) };
}

/** The folder that holds the repository's `.git`. */
export async function repositoryRoot(folder: string): Promise<string | undefined> {
  return (await findGit(resolve(folder)))?.root;
}

async function gitFolder(start: string): Promise<string | undefined> {
  return (await findGit(start))?.git;
}

async function findGit(start: string): Promise<{ readonly root: string; readonly git: string } | undefined> {
  for (let folder = start, parents = 0; parents < MAX_PARENTS; parents++) {
    const git = join(folder, ".git");
    const found = await ifThere(() => stat(git)).catch(() => undefined);
    if (found?.isDirectory()) return { root: folder, git };
    // A worktree or a submodule: a file that says where.
    if (found?.isFile()) {
      const target = /^gitdir: ([^\0\n]+)\n?$/.exec((await textOf(git, MAX_REF_BYTES)) ?? "")?.[1];
      return target === undefined ? undefined : { root: folder, git: resolve(folder, target) };
    }
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
  return undefined;
}

/** Worktrees share refs and configuration with the repository that they belong to. */
async function commonFolder(own: string): Promise<string> {
  const named = (await textOf(join(own, "commondir"), MAX_REF_BYTES))?.trimEnd();
  return named === undefined || named === "" ? own : resolve(own, named);
}

async function headCommit(own: string, common: string): Promise<string | undefined> {
  const head = (await textOf(join(own, "HEAD"), MAX_REF_BYTES))?.trimEnd();
  if (head === undefined) return undefined;
  const ref = /^ref: (refs\/[\w./+@-]+)$/.exec(head)?.[1];
  if (ref === undefined) return commitOf(head);
  if (ref.split("/").includes("..")) return undefined;
  return commitOf(await textOf(join(common, ref), MAX_REF_BYTES)) ?? packedCommit(common, ref);
}

async function packedCommit(common: string, ref: string): Promise<string | undefined> {
  const packed = (await textOf(join(common, "packed-refs"), MAX_PACKED_REFS_BYTES)) ?? "";
  return commitOf(
    packed
      .split("\n")
      .find((line) => line.endsWith(` ${ref}`))
      ?.slice(0, -ref.length),
  );
}

function commitOf(text: string | undefined): string | undefined {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.exec(text?.trim() ?? "")?.[1];
}

/** The `url` of the section `[remote "origin"]`. */
export function originUrl(config: string): string | undefined {
  let inside = false;
  for (const line of config.split("\n")) {
    const section = /^\s*\[(.*)\]\s*$/.exec(line)?.[1];
    if (section !== undefined) inside = section === 'remote "origin"';
    const url = inside ? urlOf(line) : undefined;
    if (url !== undefined) return publicUrl(url);
  }
  return undefined;
}

/** The value of a line `url = value`, in quotes or without; by hand, since a pattern would try each run of blanks again and again. */
function urlOf(line: string): string | undefined {
  const equals = line.indexOf("=");
  if (equals === -1 || line.slice(0, equals).trim() !== "url") return undefined;
  const value = line.slice(equals + 1).trim();
  const bare = value.slice(value.startsWith('"') ? 1 : 0, value.length > 1 && value.endsWith('"') ? -1 : undefined);
  return bare.includes('"') ? undefined : bare;
}

/** An address that may stand in a published document: no secrets in it, no folder of this machine. */
function publicUrl(written: string): string | undefined {
  const scp = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)([\w./~-]+)$/.exec(written);
  const address = scp === null ? written : `ssh://${scp[1]}/${scp[2]}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !["https:", "http:", "ssh:", "git:"].includes(url.protocol)) return undefined;
  return `${url.protocol}//${url.host}${url.pathname}`;
}

async function textOf(file: string, limit: number): Promise<string | undefined> {
  const read = await readIfThere(file, limit).catch(() => undefined);
  return read?.ok ? new TextDecoder().decode(read.bytes) : undefined;
}
