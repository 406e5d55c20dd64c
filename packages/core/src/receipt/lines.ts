/**
 * A file of receipts: one, on one line or several, or one on each line (NDJSON). It is whoever handed it in who made it, so it is read piece
 * by piece, each line is parsed once, and it is given up where too much of it is of no use.
 */
import { type Read, readJson } from "../encoding/index.ts";
import { type Fault, SkillError } from "../errors.ts";
import { MAX_RECEIPT_BYTES, readReceipt } from "./document.ts";
import type { Receipt } from "./receipt.ts";

/** Lines of a file that may be of no use. */
const MAX_USELESS_LINES = 1000;
/** Bytes of all of them, blank ones included. */
const MAX_USELESS_BYTES = 8 * 1024 * 1024;
/** Faults of a line that are told; a receipt has 26 fields. */
const MAX_LINE_FAULTS = 30;
/** What is said of a file that is given up. */
export const READ_NO_FURTHER = "too much of it proves nothing: it is read no further";
/** Bytes that are looked through at a time. */
const PIECE_BYTES = 64 * 1024;
const LINE_FEED = 10;
/** Tab, carriage return, blank. */
const BLANKS: readonly number[] = [9, 13, 32];

/** Where a line stands, and its bytes without its end. */
interface Line {
  readonly line: number;
  readonly bytes: number;
}
export interface ReadReceipt extends Line {
  readonly receipt: Receipt;
}

/** What stands on a line of a file of receipts: one, or what keeps it from being one. */
export type ReceiptLine = ReadReceipt | (Line & { readonly faults: readonly Fault[] });

/** Of a file with one receipt, or with one on each line. @throws SkillError `Serialization` where a line is none */
export function parseReceipts(bytes: Uint8Array, document: string): Receipt[] {
  return readReceipts(bytes, document).map((read) => {
    if ("receipt" in read) return read.receipt;
    throw new SkillError("Serialization", { document, faults: read.faults });
  });
}

/**
 * Of the same files, where a line that is no receipt is no reason to leave the others unread: each that is not blank, in their order.
 * @throws SkillError `Serialization` as `ReceiptReader`
 */
export function readReceipts(bytes: Uint8Array, document: string): ReceiptLine[] {
  const reader = new ReceiptReader(document);
  const read: ReceiptLine[] = [];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) read.push(...reader.push(bytes.subarray(at, at + PIECE_BYTES)));
  return [...read, ...reader.end()];
}

/**
 * The same, of a file that comes in pieces, which nobody changes afterwards.
 * @throws SkillError `Serialization` where no line is a receipt, or more than 1000 lines or 8 MiB of them are none or were rejected
 */
export class ReceiptReader {
  readonly #document: string;
  /** All of it, as long as it may be one receipt on several lines. */
  #whole: Held | undefined = new Held();
  /** Of the line that has not ended yet. */
  #rest = new Held();
  #line = 1;
  #hasReceipt = false;
  #hasObject = false;
  #useless = { lines: 0, bytes: 0 };
  #first: readonly Fault[] | undefined;

  /** @param document its name, for errors */
  constructor(document: string) {
    this.#document = document;
  }

  /** The lines that end in it. */
  push(piece: Uint8Array): readonly ReceiptLine[] {
    const whole = this.#whole;
    if (whole === undefined) return this.#split(piece);
    whole.add(piece);
    if (!whole.isTooLong) return [];
    this.#whole = undefined;
    return whole.pieces.flatMap((each) => this.#split(each));
  }

  /** What is left when nothing comes any more. */
  end(): readonly ReceiptLine[] {
    const read = this.#whole === undefined ? this.#endLine() : this.#readWhole(this.#whole.joined());
    if (this.#hasReceipt) return read;
    throw this.#refused(this.#first ?? [{ path: "", problem: "it is empty: no receipt stands in it" }]);
  }

  /** Counts a receipt that proves nothing among the lines that are none. */
  reject({ line, bytes }: ReadReceipt, problem: string): void {
    this.#countUseless({ line, bytes }, [{ path: "", line, problem }]);
  }

  /** One text of JSON is one receipt. Else an object on a line by itself is one of several; without one, it was to be one text. */
  #readWhole(bytes: Uint8Array): readonly ReceiptLine[] {
    const { is, read } = readText(bytes);
    if (is !== "no JSON") return [this.#told({ line: 1, bytes: bytes.length }, read)];
    const lines = [...this.#split(bytes), ...this.#endLine()];
    if (this.#first !== undefined && !this.#hasObject && !read.ok) throw this.#refused(read.faults);
    return lines;
  }

  #split(piece: Uint8Array): readonly ReceiptLine[] {
    const read: ReceiptLine[] = [];
    for (let at = 0; at < piece.length; ) {
      if (piece[at] === LINE_FEED && this.#rest.length === 0) {
        this.#spend(this.#line, 0, 1);
        this.#line += 1;
        at += 1;
        continue;
      }
      const end = piece.indexOf(LINE_FEED, at);
      this.#rest.add(piece.subarray(at, end === -1 ? piece.length : end));
      if (end === -1) break;
      read.push(...this.#endLine());
      at = end + 1;
    }
    // Its end may be far away.
    if (this.#rest.length > MAX_USELESS_BYTES) this.#endLine();
    return read;
  }

  /** Nothing where it is blank. */
  #endLine(): readonly ReceiptLine[] {
    const { length, isTooLong } = this.#rest;
    const place = { line: this.#line, bytes: length };
    const text = isTooLong ? undefined : this.#rest.joined();
    this.#line += 1;
    this.#rest = new Held();
    if (text?.every((byte) => BLANKS.includes(byte))) {
      this.#spend(place.line, 0, length + 1);
      return [];
    }
    const { is, read } = text === undefined ? tooLong(length) : readText(text);
    this.#hasObject ||= is === "an object";
    return [this.#told(place, read)];
  }

  #told(place: Line, read: Read<Receipt>): ReceiptLine {
    if (read.ok) {
      this.#hasReceipt = true;
      return { ...place, receipt: read.value };
    }
    const faults = read.faults.slice(0, MAX_LINE_FAULTS).map((fault) => ({ ...fault, line: place.line - 1 + (fault.line ?? 1) }));
    this.#countUseless(place, faults);
    return { ...place, faults };
  }

  #countUseless({ line, bytes }: Line, faults: readonly Fault[]): void {
    this.#first ??= faults;
    this.#spend(line, 1, bytes);
  }

  #spend(line: number, lines: number, bytes: number): void {
    this.#useless.lines += lines;
    this.#useless.bytes += bytes;
    if (this.#useless.lines <= MAX_USELESS_LINES && this.#useless.bytes <= MAX_USELESS_BYTES) return;
    const allowed = `at most ${MAX_USELESS_LINES} lines and ${MAX_USELESS_BYTES} bytes`;
    throw this.#refused([{ path: "", problem: READ_NO_FURTHER, line, allowed }, ...(this.#first ?? [])]);
  }

  #refused(faults: readonly Fault[]): SkillError {
    return new SkillError("Serialization", { document: this.#document, faults });
  }
}

/** Bytes as they came, of which no more are kept than what a receipt may have, and a piece. */
class Held {
  readonly pieces: Uint8Array[] = [];
  length = 0;

  get isTooLong(): boolean {
    return this.length > MAX_RECEIPT_BYTES;
  }

  add(piece: Uint8Array): void {
    if (!this.isTooLong) this.pieces.push(piece);
    this.length += piece.length;
  }

  joined(): Uint8Array {
    const [only] = this.pieces;
    if (only !== undefined && this.pieces.length === 1) return only;
    const bytes = new Uint8Array(this.length);
    let at = 0;
    for (const piece of this.pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }
}

interface Text {
  readonly is: "an object" | "no object" | "no JSON";
  readonly read: Read<Receipt>;
}

function readText(bytes: Uint8Array): Text {
  let is: Text["is"] = "no JSON";
  const read = readJson(bytes, (root) => {
    is = root.node?.kind === "object" ? "an object" : "no object";
    return readReceipt(root);
  });
  return { is, read };
}

function tooLong(length: number): Text {
  const fault = { path: "", problem: "too long", found: `${length} bytes`, allowed: `at most ${MAX_RECEIPT_BYTES}` };
  return { is: "no JSON", read: { ok: false, faults: [fault] } };
}
