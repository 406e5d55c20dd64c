/**
 * What was fetched of a feed that is an address: `<name>.feed`, its bytes, and `<name>.json`, what is known of them:
 *
 *     { schema_version: 2, url, fetched_at_unix_ms, etag?, sha256, file_mark, mac }
 *
 * `mac` is HMAC-SHA-256 over all of it and the address as it was named, under the key of the vault that vouches for indexes: whoever can write
 * the cache could else put other bytes there, or make old ones young (T16, T32). Nothing asks the network when a skill is audited: that reads
 * what is here, and says how old it is.
 */
import { createHash, type KeyObject } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { decodeUtf8, fromHex, isSha256Hex, readJson, writeJson } from "palyra-skills/encoding";
import { PalyraError } from "../../errors.ts";
import { fileMark, io, readOwn, writeFileAtomically } from "../../files/index.ts";
import { download, NetFailure } from "../../net/index.ts";
import { FeedProblem } from "./feed-file.ts";
import { requireFeed } from "./sources.ts";

export interface CachedFeed {
  readonly file: string;
  /** Milliseconds since 1970: when it was last heard that this is the newest. */
  readonly fetchedAt: number;
  readonly etag?: string;
  /** Of the bytes that were fetched; 64 hex digits. */
  readonly sha256: string;
  /** How the file looked when it was put there: a hint that spares hashing it. */
  readonly fileMark: string;
}

type Facts = Omit<CachedFeed, "file">;

/** Milliseconds until the last byte. */
const FETCH_TIMEOUT_MS = 15 * 60 * 1000;
/** Bytes; all that OSV publishes, zipped, has a quarter of it. */
const MAX_FETCHED_BYTES = 8 * 1024 * 1024 * 1024;
const MAX_META_BYTES = 64 * 1024;

export const isAddress = (hook: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(hook);

/** What may be shown of it: neither a password nor what stands behind a question mark. */
export function withoutSecrets(hook: string): string {
  if (!isAddress(hook) || !URL.canParse(hook)) return hook;
  const { protocol, host, pathname, search } = new URL(hook);
  return `${protocol}//${host}${pathname}${search === "" ? "" : "?…"}`;
}

function placeOf(hook: string, cache: string): { readonly file: string; readonly meta: string } {
  const name = createHash("sha256").update(hook).digest("hex").slice(0, 32);
  return { file: join(cache, `${name}.feed`), meta: join(cache, `${name}.json`) };
}

/** Undefined: it was never fetched, or what is known of it is not whole, or not checked with that key. `Io`. */
export async function cachedFeed(hook: string, cache: string, key?: KeyObject): Promise<CachedFeed | undefined> {
  const { file, meta } = placeOf(hook, cache);
  const read = await readOwn(meta, MAX_META_BYTES);
  const text = read?.ok === true ? decodeUtf8(read.bytes) : undefined;
  if (text === undefined) return undefined;
  const result = readJson(text, (root) => {
    const fields = root.object();
    fields.required("schema_version").safeInteger({ min: 2, max: 2 });
    const etag = fields.optional("etag", (value) => value.string());
    const facts: Facts = {
      fetchedAt: fields.required("fetched_at_unix_ms").safeInteger(),
      ...(etag === undefined ? {} : { etag }),
      sha256: fields.required("sha256").string((digits) => (isSha256Hex(digits) ? undefined : "no SHA-256")),
      fileMark: fields.required("file_mark").string(),
    };
    return { facts, mac: fields.required("mac").string() };
  });
  if (!result.ok) return undefined;
  const { facts, mac } = result.value;
  return key === undefined || isSame(mac, macOf(hook, facts, key)) ? { file, ...facts } : undefined;
}

const MAC_DOMAIN = "palyra.skill.feed.v1";

function macOf(hook: string, { fetchedAt, etag = "", sha256, fileMark: mark }: Facts, key: KeyObject): string {
  const framed = [MAC_DOMAIN, hook, String(fetchedAt), etag, sha256, mark]
    .map((part) => `${Buffer.byteLength(part)}:${part}`)
    .join("");
  return process.getBuiltinModule("node:crypto").createHmac("sha256", key).update(framed).digest("hex");
}

function isSame(mac: string, expected: string): boolean {
  const bytes = isSha256Hex(mac) ? fromHex(mac) : undefined;
  return bytes !== undefined && process.getBuiltinModule("node:crypto").timingSafeEqual(bytes, Buffer.from(expected, "hex"));
}

/** The bytes that are here are those that were fetched. */
async function isIntact({ file, sha256, fileMark: mark }: CachedFeed, signal: AbortSignal): Promise<boolean> {
  if (fileMark(file) === mark) return true;
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(file, { signal })) hash.update(chunk);
  } catch {
    signal.throwIfAborted();
    return false;
  }
  return hash.digest("hex") === sha256;
}

/** Milliseconds since 1970; undefined: nothing that can be used was fetched. */
export async function fetchedAt(
  hook: string,
  cache: string,
  { key, signal }: { readonly key: KeyObject; readonly signal: AbortSignal },
): Promise<number | undefined> {
  const known = await cachedFeed(hook, cache, key).catch(() => undefined);
  return known !== undefined && (await isIntact(known, signal)) ? known.fetchedAt : undefined;
}

export interface FetchOptions {
  readonly now: number;
  readonly signal: AbortSignal;
  /** Of the vault: vouches for what was fetched. */
  readonly key: KeyObject;
  readonly ca?: string;
}

/**
 * Fetches it, where it is another than what is here. `FeedUnreachable` where it cannot be had or is no feed, `Io`; then what is here stays
 * as it is.
 */
export async function fetchFeed(hook: string, cache: string, options: FetchOptions): Promise<{ readonly changed: boolean }> {
  const { now, signal, key, ca } = options;
  const source = withoutSecrets(hook);
  if (!hook.startsWith("https://") || !URL.canParse(hook)) throw unreachable(source, "it is no https address");
  const { file, meta } = placeOf(hook, cache);
  await io("create", cache, () => mkdir(cache, { recursive: true, mode: 0o700 }));
  const cached = await cachedFeed(hook, cache, key);
  // Bytes that somebody changed are fetched again, whatever the server holds them for.
  const known = cached !== undefined && (await isIntact(cached, signal)) ? cached : undefined;
  const temporary = `${file}.${process.getBuiltinModule("node:crypto").randomBytes(6).toString("hex")}.tmp`;
  const handle = await io("write", temporary, () => open(temporary, "wx", 0o600));
  const hash = createHash("sha256");
  try {
    const bounds = { timeoutMs: FETCH_TIMEOUT_MS, maxBytes: MAX_FETCHED_BYTES, signal, ...(ca === undefined ? {} : { ca }) };
    const sink = async (chunk: Uint8Array): Promise<void> => {
      hash.update(chunk);
      await io("write", temporary, () => handle.appendFile(chunk));
    };
    const answer = await download(new URL(hook), { ...bounds, etag: known?.etag, sink });
    const isNew = answer.state === "fetched";
    if (isNew) {
      await io("write", temporary, () => handle.sync());
      // A page of an error, or half of a feed, takes the place of none.
      await requireFeed(temporary, signal);
      await io("write", file, () => rename(temporary, file));
    }
    const etag = isNew ? answer.etag : known?.etag;
    const sha256 = isNew ? hash.digest("hex") : (known?.sha256 ?? "");
    const facts: Facts = { fetchedAt: now, ...(etag === undefined ? {} : { etag }), sha256, fileMark: fileMark(file) ?? "" };
    const text = writeJson({
      ...{ schema_version: 2, url: source, fetched_at_unix_ms: now, ...(etag === undefined ? {} : { etag }), sha256 },
      ...{ file_mark: facts.fileMark, mac: macOf(hook, facts, key) },
    });
    await writeFileAtomically(meta, `${text}\n`, { mode: 0o600 });
    return { changed: isNew && known?.sha256 !== sha256 };
  } catch (error) {
    if (error instanceof NetFailure) throw unreachable(source, error.problem, error);
    if (error instanceof FeedProblem) throw unreachable(source, `what it answers with is no feed: ${error.message}`, error);
    throw error;
  } finally {
    await handle.close();
    await rm(temporary, { force: true });
  }
}

function unreachable(source: string, problem: string, cause?: unknown): PalyraError<"FeedUnreachable"> {
  return new PalyraError("FeedUnreachable", { source, of: "vulnerability_feed", problem }, { cause });
}
