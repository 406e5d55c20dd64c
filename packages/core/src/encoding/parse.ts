import type { Fault } from "../errors.ts";
import { digitValue } from "./hex.ts";
import type { JsonNode } from "./json.ts";
import { Pieces } from "./pieces.ts";
import { type Position, positionAt } from "./position.ts";
import { decodeUtf8, utf8FaultAt } from "./utf8.ts";

/** Containers within containers. The original's reader takes as many and no more (vector A11). */
export const MAX_JSON_DEPTH = 127;

/** Values in one text, so that 16 MiB of brackets cannot fill the memory with nodes. */
export const MAX_JSON_VALUES = 2 ** 20;

/**
 * Keys of more than `LONG_KEY` characters in one text. V8 hashes no more of a string than its length from there on, so
 * that such keys are compared with each other in full: a thousand of them, which is what 16 MiB hold, take many seconds.
 */
export const MAX_LONG_KEYS = 32;
/** UTF-16 code units. */
export const LONG_KEY = 16_383;

export interface JsonOptions {
  /** Default `MAX_JSON_DEPTH`; at most 1000, since each level is a call. */
  readonly maxDepth?: number;
}

/** A text that is not the JSON we read. */
export class JsonFault extends Error implements Position {
  readonly problem: string;
  /** UTF-16 code units from the start of the text. */
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  readonly quote: string;

  constructor(text: string, offset: number, problem: string) {
    super(problem);
    this.name = "JsonFault";
    this.problem = problem;
    this.offset = offset;
    const { line, column, quote } = positionAt(text, offset);
    this.line = line;
    this.column = column;
    this.quote = quote;
  }

  toFault(path = ""): Fault {
    return { path, problem: this.problem, line: this.line, column: this.column, quote: this.quote };
  }
}

/**
 * Reads one JSON text (RFC 8259), strictly: UTF-8 without byte order mark, no key twice in an object, no lone surrogate,
 * no number beyond a double, bounded depth and number of values. All of the text is consumed. Throws only `JsonFault`.
 */
export function parseJson(text: string | Uint8Array, options: JsonOptions = {}): JsonNode {
  const characters = typeof text === "string" ? requireWellFormed(text) : decodeText(text);
  return new JsonParser(characters, options.maxDepth ?? MAX_JSON_DEPTH).document();
}

/** The text of UTF-8 bytes; a `JsonFault` at the first byte that is none. */
export function decodeText(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text !== undefined) return text;
  const before = decodeUtf8(bytes.subarray(0, utf8FaultAt(bytes) ?? 0)) ?? "";
  throw new JsonFault(before, before.length, "not UTF-8");
}

/** What comes from bytes has no lone surrogates; a string may (vector A10). */
function requireWellFormed(text: string): string {
  const lone = text.search(/\p{Surrogate}/u);
  if (lone !== -1) throw new JsonFault(text, lone, "lone surrogate");
  return text;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ESCAPES: ReadonlyMap<string, string> = new Map(
  Object.entries({ '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }),
);
const NO_MEMBERS: ReadonlyMap<string, JsonNode> = new Map();

class JsonParser {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #number = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
  #at = 0;
  #values = 0;
  #longKeys = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  document(): JsonNode {
    if (this.#text.charCodeAt(0) === 0xfeff) throw this.#fault("byte order mark");
    this.#space();
    const node = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw this.#fault("text after the end of the value");
    return node;
  }

  #value(depth: number): JsonNode {
    if (++this.#values > MAX_JSON_VALUES) throw this.#fault("too many values");
    const offset = this.#at;
    switch (this.#text[offset]) {
      case "{":
        return this.#object(depth + 1);
      case "[":
        return this.#array(depth + 1);
      case '"':
        return { kind: "string", offset, value: this.#string() };
      case "t":
        this.#word("true");
        return { kind: "boolean", offset, value: true };
      case "f":
        this.#word("false");
        return { kind: "boolean", offset, value: false };
      case "n":
        this.#word("null");
        return { kind: "null", offset };
      case undefined:
        throw this.#fault("unexpected end");
      default:
        return this.#numeral();
    }
  }

  #object(depth: number): JsonNode {
    const offset = this.#open(depth);
    if (this.#skip("}")) return { kind: "object", offset, members: NO_MEMBERS };
    const members = new Map<string, JsonNode>();
    do {
      this.#space();
      const keyAt = this.#at;
      if (this.#text.charCodeAt(keyAt) !== QUOTE) throw this.#fault("expected a key in double quotes");
      const key = this.#string();
      if (key.length > LONG_KEY && ++this.#longKeys > MAX_LONG_KEYS) throw this.#fault("too many long keys", keyAt);
      // Two readers could take two values for one key (T13, vector A12).
      if (members.has(key)) throw this.#fault("repeated key", keyAt);
      this.#space();
      if (!this.#skip(":")) throw this.#fault("expected a colon");
      this.#space();
      members.set(key, this.#value(depth));
      this.#space();
    } while (this.#skip(","));
    if (!this.#skip("}")) throw this.#fault("expected a comma or the end of the object");
    return { kind: "object", offset, members };
  }

  #array(depth: number): JsonNode {
    const offset = this.#open(depth);
    const items: JsonNode[] = [];
    if (this.#skip("]")) return { kind: "array", offset, items };
    do {
      this.#space();
      items.push(this.#value(depth));
      this.#space();
    } while (this.#skip(","));
    if (!this.#skip("]")) throw this.#fault("expected a comma or the end of the array");
    return { kind: "array", offset, items };
  }

  /** Steps into a container; the depth is bounded before the call stack feels it. */
  #open(depth: number): number {
    if (depth > this.#maxDepth) throw this.#fault("nested too deeply");
    const offset = this.#at++;
    this.#space();
    return offset;
  }

  #string(): string {
    const opened = this.#at++;
    let escaped: Pieces | undefined;
    let from = this.#at;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === QUOTE) {
        const last = this.#text.slice(from, this.#at++);
        if (escaped === undefined) return last;
        escaped.add(last);
        return escaped.text();
      }
      if (code === BACKSLASH) {
        escaped ??= new Pieces();
        escaped.add(this.#text.slice(from, this.#at));
        escaped.add(this.#escape());
        from = this.#at;
      } else if (code < 0x20) throw this.#fault("control character in a string");
      else if (Number.isNaN(code)) throw this.#fault("string without an end", opened);
      else this.#at++;
    }
  }

  #escape(): string {
    const start = this.#at++;
    const letter = this.#text.charAt(this.#at++);
    const plain = ESCAPES.get(letter);
    if (plain !== undefined) return plain;
    if (letter !== "u") throw this.#fault("unknown escape", start);
    const code = this.#fourDigits(start);
    if (code < 0xd800 || code > 0xdfff) return String.fromCharCode(code);
    if (code < 0xdc00 && this.#text.startsWith("\\u", this.#at)) {
      this.#at += 2;
      const low = this.#fourDigits(start);
      if (low >= 0xdc00 && low <= 0xdfff) return String.fromCharCode(code, low);
    }
    throw this.#fault("lone surrogate", start);
  }

  #fourDigits(start: number): number {
    let code = 0;
    for (const end = this.#at + 4; this.#at < end; this.#at++) {
      const digit = digitValue(this.#text.charCodeAt(this.#at));
      if (digit === undefined) throw this.#fault("unknown escape", start);
      code = code * 16 + digit;
    }
    return code;
  }

  #numeral(): JsonNode {
    const offset = this.#at;
    this.#number.lastIndex = offset;
    const found = this.#number.exec(this.#text);
    if (found === null) throw this.#fault("unexpected character");
    const [digits, fraction, exponent] = found;
    this.#at += digits.length;
    const value = Number(digits);
    // Before BigInt sees it, so that its work is bounded too (vector A10).
    if (!Number.isFinite(value)) throw this.#fault("number beyond a double", offset);
    if (fraction === undefined && exponent === undefined && digits !== "-0")
      return { kind: "integer", offset, value: BigInt(digits) };
    return { kind: "float", offset, value };
  }

  #word(word: string): void {
    if (!this.#text.startsWith(word, this.#at)) throw this.#fault("unexpected character");
    this.#at += word.length;
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #fault(problem: string, offset = this.#at): JsonFault {
    return new JsonFault(this.#text, offset, problem);
  }
}
