/**
 * The journal as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): `id` is the number of the event,
 * `event` its kind, `data` the event. Each reader has a place of its own in the journal, so that nothing is lost between two of its
 * connections; one that takes nothing any more is cut off, and may come back with the last number that it has.
 */
import type { ServerResponse } from "node:http";
import type { Journal } from "../journal/index.ts";
import { shownEvent } from "../operations/journal/tail.ts";
import { HEARTBEAT_MS, MAX_STREAM_BACKLOG, MAX_STREAMS, STREAM_STALLED_MS } from "./bounds.ts";
import { jsonText } from "./json.ts";
import { isOver, whenOver } from "./over.ts";
import { Refusal } from "./refusal.ts";
import type { Asked } from "./route.ts";
import { securityHeaders } from "./security.ts";
import type { State } from "./state.ts";

export interface EventFilter {
  readonly skillId?: string;
  readonly kinds?: readonly string[];
}

/** Milliseconds between two looks at whether anybody has written to the journal. */
const LOOK_MS = 200;
/** Events that are read at a time for one reader. */
const BATCH = 100;
/** Milliseconds after which a reader that was cut off comes back. */
const RETRY_MS = 2_000;

interface Reader {
  readonly filter: EventFilter;
  readonly outgoing: ServerResponse;
  /** Number of the last event that was sent, or passed over. */
  after: number;
  lastSent: number;
  /** Bytes that waited for it at the last look, and since when they are the same. */
  waiting: { readonly bytes: number; readonly since: number };
  /** Which journal was read to its end, and what its count of changes was then: another one counts from its own beginning. */
  readUpTo: { readonly journal: Journal; readonly changes: number } | undefined;
  serving: boolean;
}

export class EventStreams {
  readonly #state: State;
  readonly #now: () => number;
  readonly #readers = new Set<Reader>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  /** @param now in milliseconds, of a clock that does not go back */
  constructor(state: State, now: () => number) {
    this.#state = state;
    this.#now = now;
  }

  get count(): number {
    return this.#readers.size;
  }

  /**
   * `Busy` where there are too many, `RequestTimeout` where nobody is there any more, `InvalidRequest` where the reader has had more than there is; what reading the journal throws, so that
   * one that cannot be read is an error and no empty stream. @param after the last number that the reader has; undefined: only what comes from now on
   */
  async open({ id, outgoing }: Pick<Asked, "id" | "outgoing">, filter: EventFilter, after: number | undefined): Promise<void> {
    if (isOver(outgoing)) throw new Refusal("RequestTimeout", "the connection was closed before the stream began");
    if (this.#readers.size >= MAX_STREAMS)
      throw new Refusal("Busy", `${MAX_STREAMS} streams are open, and no more can be`, { headers: { "retry-after": "10" } });
    const lastSent = this.#now();
    const waiting = { bytes: 0, since: lastSent };
    const reader: Reader = { filter, outgoing, after: after ?? 0, lastSent, waiting, readUpTo: undefined, serving: false };
    this.#readers.add(reader);
    whenOver(outgoing, () => this.#leave(reader));
    outgoing.on("error", () => this.#leave(reader));
    try {
      const head = (await (await this.#state.journal())?.events({ last: 1 }))?.at(-1)?.seq ?? 0;
      // T26: it would wait for numbers that another journal had, and be told of nothing that is written to this one.
      if (after !== undefined && after > head)
        throw new Refusal("InvalidRequest", `the journal ends at event ${head}: what was read before was another one`);
      reader.after = after ?? head;
    } catch (error) {
      this.#leave(reader);
      throw error;
    }
    outgoing.writeHead(200, {
      ...securityHeaders(id),
      "content-type": "text/event-stream; charset=utf-8",
      "x-accel-buffering": "no",
    });
    outgoing.write(`retry: ${RETRY_MS}\n\n`);
    this.#timer ??= setInterval(() => void this.#look(), LOOK_MS);
    // The answer has begun: what cannot be read by now, the next look tries again.
    await this.#serve(reader).catch(() => {});
  }

  /** Ends all of them: their readers know that no more comes. */
  close(): void {
    clearInterval(this.#timer);
    for (const { outgoing } of this.#readers) outgoing.end();
    this.#readers.clear();
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      for (const reader of this.#readers) await this.#serve(reader);
    } catch {
      // The journal cannot be read now: the readers wait, and the next look tries again.
    } finally {
      this.#looking = false;
    }
  }

  async #serve(reader: Reader): Promise<void> {
    if (reader.serving || this.#isBehind(reader)) return;
    reader.serving = true;
    try {
      await this.#sendNew(reader);
    } finally {
      reader.serving = false;
    }
    if (this.#now() - reader.lastSent >= HEARTBEAT_MS) this.#write(reader, ":\n\n");
  }

  /**
   * What a reader does not take waits in our memory: nothing is added to much of it, and whoever takes none of it for long is cut off. One event may
   * be more than that by itself, and is no reason: it would be one again whenever he comes back, and he would never see what follows it.
   */
  #isBehind(reader: Reader): boolean {
    const { outgoing, waiting } = reader;
    const bytes = outgoing.writableLength;
    if (bytes !== waiting.bytes) reader.waiting = { bytes, since: this.#now() };
    if (bytes <= MAX_STREAM_BACKLOG) return false;
    if (this.#now() - reader.waiting.since >= STREAM_STALLED_MS) outgoing.destroy();
    return true;
  }

  /** A batch of what the reader has not had; the next look goes on where there is more. */
  async #sendNew(reader: Reader): Promise<void> {
    const journal = await this.#state.journal();
    if (journal === undefined) return;
    const changes = await journal.changes();
    if (reader.readUpTo?.journal === journal && reader.readUpTo.changes === changes) return;
    const head = (await journal.events({ last: 1 })).at(-1)?.seq ?? 0;
    // T26: the journal was cut, or another is in its place. Whoever comes back with the number that he has is told so.
    if (head < reader.after) return void reader.outgoing.end();
    const events = await journal.events({ ...reader.filter, after: reader.after, first: BATCH });
    for (const event of events) {
      const kind = event.kind.replace(/[\r\n]/g, " ");
      this.#write(reader, `id: ${event.seq}\nevent: ${kind}\ndata: ${jsonText(shownEvent(event))}\n\n`);
      reader.after = event.seq;
      if (reader.outgoing.writableLength > MAX_STREAM_BACKLOG) return;
    }
    if (events.length > 0) return;
    // What its filter passes over is not looked through again.
    reader.after = Math.max(reader.after, head);
    reader.readUpTo = { journal, changes };
  }

  #write(reader: Reader, text: string): void {
    reader.outgoing.write(text);
    reader.lastSent = this.#now();
  }

  #leave(reader: Reader): void {
    this.#readers.delete(reader);
    if (this.#readers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
