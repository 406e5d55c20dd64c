/**
 * Messages as lines over two streams. The SDK's own reader says nothing of a line that is no JSON, and ends the connection at one that is too long;
 * here each is answered, the next line counts as any other, and no line takes more memory than a message may.
 */
import type { Readable, Writable } from "node:stream";
import {
  type JSONRPCErrorResponse,
  type JSONRPCMessage,
  ProtocolErrorCode,
  parseJSONRPCMessage,
  serializeMessage,
  type Transport,
} from "@modelcontextprotocol/server";
import { decodeUtf8 } from "palyra-skills/encoding";
import { faultyMembers } from "./members.ts";
import { isNestedTooDeeply, MAX_NESTING } from "./nesting.ts";
import { changedNumber } from "./numbers.ts";
import { OpenRequests } from "./open-requests.ts";

/** Bytes of one message. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
/** Pieces of a line that are kept apart: of one that comes byte by byte each would cost more than it says. */
const MAX_PIECES = 256;
const LINE_FEED = 10;
/** Milliseconds for which what was asked is still answered once stdin has ended: clients that want the process to end stop it after 2 s. */
export const LAST_ANSWERS_MS = 1500;

export class LineTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  /** Resolves when stdin has ended and what was asked is answered, either stream has failed, or somebody has closed it. */
  readonly closed: Promise<void>;
  readonly #stdin: Readable;
  readonly #stdout: Writable;
  #isClosed = false;
  #hasEnded = false;
  #lastAnswers: NodeJS.Timeout | undefined;
  /** A subscription is answered when its client ends it. */
  readonly #open = new OpenRequests((method) => method !== "subscriptions/listen");
  #end = (): void => {};
  #drained: Promise<void> | undefined;
  /** Of the line that has begun; nothing of one that is too long. */
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(stdin: Readable, stdout: Writable) {
    this.#stdin = stdin;
    this.#stdout = stdout;
    this.closed = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  async start(): Promise<void> {
    const [stdin, close] = [this.#stdin, this.#close];
    // Stays: what is written to a client that has gone fails later.
    this.#stdout.on("error", close);
    if (stdin.readableEnded || stdin.destroyed) setImmediate(close);
    stdin.on("data", this.#take).on("end", this.#finish).on("close", this.#gone).on("error", close);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#isClosed) throw new Error("the client has gone");
    this.#open.said(message);
    const isTaken = this.#stdout.write(serializeMessage(message));
    if (this.#hasEnded && this.#open.count === 0) this.#close();
    else if (!isTaken) await this.#drain();
  }

  async close(): Promise<void> {
    this.#close();
  }

  /** Whoever writes what he asks into a pipe, and nothing after it, waits for the answers: to what is asked and ends without a line's end, too. */
  readonly #finish = (): void => {
    this.#hasEnded = true;
    this.#endLine();
    if (this.#open.count === 0) this.#close();
    else this.#lastAnswers = setTimeout(this.#close, LAST_ANSWERS_MS);
  };

  readonly #gone = (): void => {
    if (!this.#hasEnded) this.#close();
  };

  readonly #close = (): void => {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#lastAnswers);
    this.#pieces = [];
    const [stdin, close] = [this.#stdin, this.#close];
    stdin.off("data", this.#take).off("end", this.#finish).off("close", this.#gone).off("error", close).pause();
    this.#end();
    this.onclose?.();
  };

  readonly #take = (chunk: Buffer): void => {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0 && !this.#isClosed; end = chunk.indexOf(LINE_FEED, start)) {
      this.#keep(chunk.subarray(start, end));
      this.#endLine();
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  };

  #keep(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#length > MAX_MESSAGE_BYTES) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(piece);
    if (this.#pieces.length > MAX_PIECES) this.#pieces = [Buffer.concat(this.#pieces)];
  }

  #endLine(): void {
    const [length, line] = [this.#length, Buffer.concat(this.#pieces)];
    this.#length = 0;
    this.#pieces = [];
    const read = length > MAX_MESSAGE_BYTES ? unread(`a message has at most ${MAX_MESSAGE_BYTES} bytes`) : messageIn(line);
    if (read === undefined) return;
    if ("message" in read) {
      this.#open.heard(read.message);
      this.onmessage?.(read.message);
    } else this.#answer(read.answer);
  }

  /** Whoever sends what is no message, and reads no answers, is read no further meanwhile. */
  #answer(error: JSONRPCErrorResponse): void {
    if (this.#stdout.write(serializeMessage(error))) return;
    this.#stdin.pause();
    void this.#drain().then(() => this.#isClosed || this.#stdin.resume());
  }

  #drain(): Promise<void> {
    this.#drained ??= new Promise((resolve) => {
      this.#stdout.once("drain", () => {
        this.#drained = undefined;
        resolve();
      });
    });
    return Promise.race([this.#drained, this.closed]);
  }
}

type Read = { readonly message: JSONRPCMessage } | { readonly answer: JSONRPCErrorResponse };

/** Undefined: the line is empty. */
function messageIn(line: Buffer): Read | undefined {
  const text = decodeUtf8(line);
  if (text === undefined) return unread("the line is no UTF-8");
  if (text.trim() === "") return undefined;
  if (isNestedTooDeeply(text)) return unread(`a message nests at most ${MAX_NESTING} levels`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unread("the line is no JSON");
  }
  const fault = changedNumber(text, value) ?? faultyMembers(value);
  if (fault !== undefined) {
    const error = { code: ProtocolErrorCode.InvalidParams, message: `Invalid params: ${fault}` };
    return { answer: { jsonrpc: "2.0", ...askedId(value), error } };
  }
  try {
    return { message: parseJSONRPCMessage(value) };
  } catch {
    const error = { code: ProtocolErrorCode.InvalidRequest, message: "Invalid Request: the line is no message of JSON-RPC" };
    return { answer: { jsonrpc: "2.0", ...idOf(value), error } };
  }
}

/** Of no id: `null`, which JSON-RPC has there, is no id to MCP. */
function unread(problem: string): Read {
  return { answer: { jsonrpc: "2.0", error: { code: ProtocolErrorCode.ParseError, message: `Parse error: ${problem}` } } };
}

/** Of what is asked for: the id of an answer is ours. */
export const askedId = (value: unknown): ReturnType<typeof idOf> =>
  typeof value === "object" && value !== null && "method" in value ? idOf(value) : {};

export function idOf(value: unknown): { readonly id?: string | number } {
  if (typeof value !== "object" || value === null || !("id" in value)) return {};
  return typeof value.id === "string" || typeof value.id === "number" ? { id: value.id } : {};
}
