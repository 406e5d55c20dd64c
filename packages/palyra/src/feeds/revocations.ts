import { isAbsolute, resolve } from "node:path";
import { MAX_REVOCATION_LIST_BYTES } from "palyra-skills/signature";
import type { FollowedList } from "palyra-skills/trust";
import { PalyraError } from "../errors.ts";
import { readStanding } from "../files/index.ts";
import { get, NetFailure } from "../net/index.ts";

/** Milliseconds for one list. */
const FETCH_TIMEOUT_MS = 30_000;
/** Bytes of a file of certificates. */
const MAX_CA_BYTES = 1024 * 1024;

/** The bytes of a list, from the file or the address where it is. Nothing is believed of them yet. `FeedUnreachable`, `Io`. */
export async function fetchList({ source, ca_cert }: FollowedList, signal: AbortSignal): Promise<Uint8Array> {
  if (!isAddress(source)) return readAll(source, MAX_REVOCATION_LIST_BYTES);
  const ca = ca_cert === undefined ? {} : { ca: Buffer.from(await readAll(ca_cert, MAX_CA_BYTES)).toString("latin1") };
  try {
    const bounds = { timeoutMs: FETCH_TIMEOUT_MS, maxBytes: MAX_REVOCATION_LIST_BYTES };
    return await get(new URL(source), { ...bounds, ...ca, signal });
  } catch (error) {
    if (error instanceof NetFailure)
      throw new PalyraError("FeedUnreachable", { source, of: "revocation_list", problem: error.problem });
    throw error;
  }
}

/** Whoever can write in that folder could put a pipe there, which would be waited for without end. */
async function readAll(file: string, limit: number): Promise<Uint8Array> {
  const read = await readStanding(file, limit);
  if (!read.ok) throw new PalyraError("Io", { action: "read", file, code: "EFBIG", limit });
  return read.bytes;
}

/** A source as it is kept: an https address, or the absolute path of a file; or what is wrong with it. */
export function sourceOf(text: string): { readonly source: string } | { readonly problem: string } {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return { source: isAbsolute(text) ? text : resolve(text) };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "https:") return { problem: "is neither a file nor an https address" };
  if (url.username !== "" || url.password !== "") return { problem: "has a user name or a password in it" };
  if (url.hash !== "") return { problem: "has a fragment" };
  return { source: url.href };
}

const isAddress = (source: string): boolean => source.startsWith("https://");
