/** What one peer, or all of them, may ask of the daemon (spec 8). */

/** Bytes of a request's body; the largest that is meant has a reason of some lines. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Bytes of a request's first line and headers together. */
export const MAX_HEADER_BYTES = 16 * 1024;
export const MAX_HEADERS = 64;
/** UTF-16 units of a path with its query. */
export const MAX_URL_LENGTH = 2048;
/** Milliseconds for the headers, and for the whole of a request, to arrive. */
export const HEADERS_TIMEOUT_MS = 10_000;
export const REQUEST_TIMEOUT_MS = 20_000;
/** Milliseconds between two requests on one connection. */
export const KEEP_ALIVE_MS = 10_000;
/** Milliseconds in which nothing comes and nothing can be sent: a reader that takes none of its answer. */
export const IDLE_TIMEOUT_MS = 30_000;
/** The same while an audit is waited for, which may take as long as its client waits, and longer. */
export const AUDIT_IDLE_MS = 120_000;
/** The same at `/mcp`, where a call may take its whole quota, and a person is asked. */
export const MCP_IDLE_MS = 660_000;
/** Requests at `/mcp` that wait for their answer at a time, and as many streams of sessions beside them. */
export const MAX_MCP_REQUESTS = 128;
export const MAX_CONNECTIONS = 512;
/** Of these, kept for whoever comes: a connection on which nothing is asked gives way. */
export const SPARE_CONNECTIONS = 64;
/** Streams of events at a time. */
export const MAX_STREAMS = 32;
/** Bytes that wait for a slow reader of a stream, beyond which no event is added to them. */
export const MAX_STREAM_BACKLOG = 1024 * 1024;
/** Milliseconds for which a reader with so many waiting may take none of them. */
export const STREAM_STALLED_MS = 10_000;
export const HEARTBEAT_MS = 15_000;
/** Entries of a page, and events. */
export const DEFAULT_PAGE = 100;
export const MAX_PAGE = 1000;
/** Pages that are built at the same time; each may read as many artifacts as it has entries. */
export const MAX_PAGES_BUILT = 2;
/** Audits that run or wait at a time. */
export const MAX_AUDITS = 16;
/** Milliseconds for what runs when the daemon is told to stop. */
export const STOP_GRACE_MS = 10_000;

export interface Rate {
  /** Tokens that come in each second, and at most lie there. */
  readonly perSecond: number;
  readonly burst: number;
}

/** Requests of all peers. Far above what people and their tools do, and what one core can answer. */
export const REQUEST_RATE: Rate = { perSecond: 20_000, burst: 40_000 };
/** Requests of one peer without the right token: what guesses tokens, or floods, is slowed down first. */
export const REFUSED_RATE: Rate = { perSecond: 10, burst: 100 };
/** Peers whose refusals are remembered. */
const MAX_PEERS = 1024;

/** A token bucket. */
export class Bucket {
  readonly #rate: Rate;
  #tokens: number;
  #last: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#last = now;
  }

  /** Takes one token; false where none is left. @param now in milliseconds, of a clock that does not go back */
  take(now: number): boolean {
    this.#fill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  isEmpty(now: number): boolean {
    this.#fill(now);
    return this.#tokens < 1;
  }

  #fill(now: number): void {
    const elapsed = Math.max(0, now - this.#last);
    this.#last = now;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + (elapsed / 1000) * this.#rate.perSecond);
  }
}

/** A bucket for each peer, of the peers that were there last. */
export class PeerBuckets {
  readonly #rate: Rate;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  take(peer: string, now: number): boolean {
    const bucket = this.#buckets.get(peer) ?? new Bucket(this.#rate, now);
    // Said again, so that the first in the map is the one that was silent longest.
    this.#buckets.delete(peer);
    this.#buckets.set(peer, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MAX_PEERS && oldest !== undefined) this.#buckets.delete(oldest);
    return bucket.take(now);
  }

  isEmpty(peer: string, now: number): boolean {
    return this.#buckets.get(peer)?.isEmpty(now) ?? false;
  }
}
