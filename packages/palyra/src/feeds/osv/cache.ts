/**
 * What was fetched of a feed that is an address: `<name>.feed`, its bytes, and `<name>.json`, what is known of them:
 *
 *     { schema_version: 1, url, fetched_at_unix_ms, etag? }
 *
 * Nothing asks the network when a skill is audited: that reads what is here, and says how old it is.
 */
import { createHash } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { decodeUtf8, readJson, writeJson } from "palyra-skills/encoding";
import { PalyraError } from "../../errors.ts";
import { io, readOwn, writeFileAtomically } from "../../files/index.ts";
import { download, NetFailure } from "../../net/index.ts";

export interface CachedFeed {
  readonly file: string;
  /** Milliseconds since 1970: when it was last heard that this is the newest. */
  readonly fetchedAt: number;
  readonly etag?: string;
}

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

/** Undefined: it was never fetched, or what was is not whole. `Io`. */
export async function cachedFeed(hook: string, cache: string): Promise<CachedFeed | undefined> {
  const { file, meta } = placeOf(hook, cache);
  const read = await readOwn(meta, MAX_META_BYTES);
  const text = read?.ok === true ? decodeUtf8(read.bytes) : undefined;
  if (text === undefined) return undefined;
  const result = readJson(text, (root) => {
    const fields = root.object();
    fields.required("schema_version").safeInteger({ min: 1, max: 1 });
    const etag = fields.optional("etag", (value) => value.string());
    const fetchedAt = fields.required("fetched_at_unix_ms").safeInteger();
    return { file, fetchedAt, ...(etag === undefined ? {} : { etag }) };
  });
  return result.ok ? result.value : undefined;
}

/** Milliseconds since 1970; undefined: nothing that can be used was fetched. */
export async function fetchedAt(hook: string, cache: string): Promise<number | undefined> {
  return (await cachedFeed(hook, cache).catch(() => undefined))?.fetchedAt;
}

/** Fetches it, where it is another than what is here. `FeedUnreachable`, `Io`, `Usage`; then what is here stays as it is. */
export async function fetchFeed(
  hook: string,
  cache: string,
  { now, signal, ca }: { readonly now: number; readonly signal: AbortSignal; readonly ca?: string },
): Promise<{ readonly changed: boolean }> {
  const source = withoutSecrets(hook);
  if (!hook.startsWith("https://") || !URL.canParse(hook))
    throw new PalyraError("FeedUnreachable", { source, problem: "it is no https address" });
  const { file, meta } = placeOf(hook, cache);
  await io("create", cache, () => mkdir(cache, { recursive: true, mode: 0o700 }));
  const known = await cachedFeed(hook, cache);
  const temporary = `${file}.${process.getBuiltinModule("node:crypto").randomBytes(6).toString("hex")}.tmp`;
  const handle = await io("write", temporary, () => open(temporary, "wx", 0o600));
  try {
    const bounds = { timeoutMs: FETCH_TIMEOUT_MS, maxBytes: MAX_FETCHED_BYTES, signal, ...(ca === undefined ? {} : { ca }) };
    const sink = async (chunk: Uint8Array): Promise<void> => {
      await io("write", temporary, () => handle.appendFile(chunk));
    };
    const answer = await download(new URL(hook), { ...bounds, etag: known?.etag, sink });
    const etag = answer.state === "unchanged" ? known?.etag : answer.etag;
    if (answer.state === "fetched") {
      await io("write", temporary, () => handle.sync());
      await io("write", file, () => rename(temporary, file));
    }
    const text = writeJson({ schema_version: 1, url: source, fetched_at_unix_ms: now, ...(etag === undefined ? {} : { etag }) });
    await writeFileAtomically(meta, `${text}\n`, { mode: 0o600 });
    return { changed: answer.state === "fetched" };
  } catch (error) {
    if (error instanceof NetFailure)
      throw new PalyraError("FeedUnreachable", { source, problem: error.problem }, { cause: error });
    throw error;
  } finally {
    await handle.close();
    await rm(temporary, { force: true });
  }
}
