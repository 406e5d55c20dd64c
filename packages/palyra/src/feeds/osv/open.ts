/** Opens the feed that is named (spec 4.3, 4.4, T16): by its index, which is made where there is none of the feed as it is now. */
import { createHash, type KeyObject } from "node:crypto";
import { createReadStream, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { FeedSource, OpenFeed } from "palyra-skills/audit";
import { PalyraError } from "../../errors.ts";
import { fileMark } from "../../files/index.ts";
import { buildIndex, isPast } from "./build-index.ts";
import { cachedFeed, isAddress, withoutSecrets } from "./cache.ts";
import { FeedProblem } from "./feed-file.ts";
import { folderMark } from "./folder.ts";
import { type IndexFacts, type OpenIndex, openIndex } from "./index-file.ts";
import { formOf, recordsOf } from "./sources.ts";

export interface OpenOptions {
  /** Of this home's caches; made where its parent is there. Where it cannot be, the index is made for this run alone. */
  readonly cache: string;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Of the vault, where something is decided by what is found: an index that was not checked with it does not count (T16, T32). */
  readonly key?: KeyObject;
  /** Told before something that lasts. */
  readonly progress?: (text: string) => void;
}

/** A feed that is open, until it is closed. */
export interface NamedFeed {
  readonly source: FeedSource;
  /** Absent where it could not be read. */
  readonly facts?: IndexFacts;
  readonly close: () => void;
}

const NOT_OPEN = (hook: string, problem: string): NamedFeed => ({
  source: { state: "unreadable", hook, problem },
  close: () => {},
});

/** What cannot be read is in the answer: nothing is thrown but what the signal was aborted with. */
export async function openFeed(hook: string, options: OpenOptions): Promise<NamedFeed> {
  const shown = withoutSecrets(hook);
  try {
    const cached = isAddress(hook) ? await cachedFeed(hook, options.cache, options.key) : undefined;
    if (isAddress(hook) && cached === undefined) return NOT_OPEN(shown, "it was not fetched yet: palyra skills feed refresh");
    const path = resolve(cached?.file ?? hook);
    const index = await indexFor(path, options, cached?.sha256);
    const { sha256, records, withdrawn, refused, passedOver, newest } = index.facts;
    const facts = {
      hook: shown,
      sha256,
      records,
      withdrawn,
      refused,
      ...(passedOver === 0 ? {} : { passedOver }),
      ...(newest === undefined ? {} : { newest }),
      ...(cached === undefined ? {} : { fetchedAt: cached.fetchedAt }),
    };
    const source: OpenFeed = { state: "open", facts, lookUp: index.lookUp };
    return { source, facts: index.facts, close: index.close };
  } catch (error) {
    options.signal.throwIfAborted();
    return NOT_OPEN(shown, problemOf(error));
  }
}

function problemOf(error: unknown): string {
  if (error instanceof FeedProblem) return error.message;
  if (error instanceof PalyraError && "code" in error.details) return String(error.details.code);
  if (error instanceof Error && "code" in error) return error.code === "ENOENT" ? "it is not there" : String(error.code);
  throw error;
}

/** `sha256`: of what was fetched, which no other bytes take the place of (T16, T32). */
async function indexFor(path: string, options: OpenOptions, sha256: string | undefined): Promise<OpenIndex> {
  const mark = sourceMark(path);
  const { key, now } = options;
  const name = `${createHash("sha256").update(path).digest("hex").slice(0, 32)}${key === undefined ? "" : ".keyed"}.index`;
  const folder = cacheFolder(options.cache);
  const file = join(folder.path, name);
  try {
    const known = folder.isTemporary ? undefined : openIndex(file, key);
    if (known !== undefined && isOf(known.facts, mark, sha256, now)) return checking(known, file);
    known?.close();
    options.progress?.("indexing the vulnerability feed");
    await index(path, file, mark, options, sha256);
    const made = openIndex(file, key);
    if (made === undefined) throw new FeedProblem("its index could not be written");
    return checking(made, file);
  } finally {
    // On Windows it goes with the system's own cleaning: a file that is open cannot be removed there.
    if (folder.isTemporary) rmSync(folder.path, { recursive: true, force: true, maxRetries: 0 });
  }
}

/** One that was made while the clock was ahead believed what was dated in its future. */
const isOf = (facts: IndexFacts, mark: string, sha256: string | undefined, now: number): boolean =>
  facts.mark === mark && (sha256 ?? facts.sha256) === facts.sha256 && isPast(facts.newest ?? 0, now);

/** An index that turns out to be damaged goes, so that whoever opens the feed next makes it anew. */
function checking(index: OpenIndex, file: string): OpenIndex {
  return {
    ...index,
    lookUp: (keys) => {
      const found = index.lookUp(keys);
      if (found === undefined) rmSync(file, { force: true });
      return found;
    },
  };
}

async function index(
  path: string,
  file: string,
  mark: string,
  { signal, key, now }: OpenOptions,
  sha256: string | undefined,
): Promise<void> {
  const isFolder = statSync(path).isDirectory();
  const hash = createHash("sha256");
  if (!isFolder) for await (const chunk of createReadStream(path, { signal })) hash.update(chunk);
  if (sha256 !== undefined && hash.copy().digest("hex") !== sha256)
    throw new FeedProblem("what was fetched of it was changed since: palyra skills feed refresh");
  const form = isFolder ? "folder" : formOf(path);
  const ends = (): { mark: string; sha256: string } => {
    if (sourceMark(path) !== mark) throw new FeedProblem("it changes while it is read");
    return { mark, sha256: hash.digest("hex") };
  };
  await buildIndex(
    file,
    recordsOf(path, form, (part) => hash.update(part)),
    ends,
    signal,
    { now, key },
  );
}

/** How a feed looks from outside. */
function sourceMark(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new FeedProblem("it is not there");
  if (found.isDirectory()) return folderMark(path);
  // A pipe would be waited for, and a device has no end.
  if (!found.isFile()) throw new FeedProblem("it is neither a file nor a folder");
  return fileMark(path) ?? "";
}

/** A home that is not there is not made for a look at it. */
function cacheFolder(cache: string): { readonly path: string; readonly isTemporary: boolean } {
  try {
    mkdirSync(join(cache, ".."), { mode: 0o700 });
  } catch {
    // It is there, or what it lies in is not.
  }
  try {
    mkdirSync(cache, { mode: 0o700, recursive: false });
    return { path: cache, isTemporary: false };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST" && isOwn(cache))
      return { path: cache, isTemporary: false };
    return { path: mkdtempSync(join(tmpdir(), "palyra-feed-")), isTemporary: true };
  }
}

function isOwn(folder: string): boolean {
  const found = statSync(folder);
  return (
    found.isDirectory() && (process.platform === "win32" || (found.uid === process.getuid?.() && (found.mode & 0o022) === 0))
  );
}
