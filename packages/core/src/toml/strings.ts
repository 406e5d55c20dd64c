import { Pieces } from "../encoding/index.ts";
import { CR, LF, type Scanner, SPACE, TAB } from "./scanner.ts";

export const QUOTE = 0x22;
export const APOSTROPHE = 0x27;
const BACKSLASH = 0x5c;

/** TOML 1.0's escapes of one letter; `\e` and `\x` are 1.1's. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["b", "\b"],
  ["t", "\t"],
  ["n", "\n"],
  ["f", "\f"],
  ["r", "\r"],
  ['"', '"'],
  ["\\", "\\"],
]);

const PLAIN = /[^"\\\n]*/y;
const PLAIN_LINES = /[^"\\]*/y;
const LITERAL = /[^'\n]*/y;
const LITERAL_LINES = /[^']*/y;
const QUOTES = /"{1,5}/y;
const APOSTROPHES = /'{1,5}/y;
const HEX_4 = /[0-9A-Fa-f]{4}/y;
const HEX_8 = /[0-9A-Fa-f]{8}/y;
const LINE_END = /\r?\n/y;
const FOLDED = /[ \t]*\r?\n[ \t\r\n]*/y;

/** The string that starts here, of any of the four kinds. */
export function readString(scan: Scanner): string {
  const quote = scan.peek() === QUOTE ? '"""' : "'''";
  if (!scan.text.startsWith(quote, scan.at)) return readLineString(scan);
  const start = scan.at;
  scan.at += quote.length;
  scan.match(LINE_END);
  return quote === '"""' ? readBasicLines(scan, start) : readLiteralLines(scan, start);
}

/** A string of one line, the only kind that a key may be. */
export function readLineString(scan: Scanner): string {
  const start = scan.at;
  if (scan.take(APOSTROPHE)) {
    const value = scan.match(LITERAL);
    if (!scan.take(APOSTROPHE)) return unclosed(scan, start);
    return value;
  }
  scan.at++;
  for (let pieces: Pieces | undefined; ; pieces.add(readEscape(scan))) {
    const plain = scan.match(PLAIN);
    if (scan.take(QUOTE)) return pieces === undefined ? plain : withLast(pieces, plain);
    if (scan.peek() !== BACKSLASH) return unclosed(scan, start);
    pieces ??= new Pieces();
    pieces.add(plain);
  }
}

function readBasicLines(scan: Scanner, start: number): string {
  const value = new Pieces();
  for (let plain = scan.at; ; ) {
    scan.match(PLAIN_LINES);
    const end = scan.at;
    const quotes = scan.match(QUOTES).length;
    if (quotes >= 3) return withLast(value, oneLineEnd(scan.text.slice(plain, scan.at - 3)));
    if (quotes > 0) continue;
    if (scan.peek() !== BACKSLASH) return unclosed(scan, start);
    value.add(oneLineEnd(scan.text.slice(plain, end)));
    value.add(readFoldOrEscape(scan));
    plain = scan.at;
  }
}

function withLast(pieces: Pieces, last: string): string {
  pieces.add(last);
  return pieces.text();
}

function readLiteralLines(scan: Scanner, start: number): string {
  const from = scan.at;
  for (;;) {
    scan.match(LITERAL_LINES);
    const quotes = scan.match(APOSTROPHES).length;
    // Up to two quotes may stand right before the closing three.
    if (quotes >= 3) return oneLineEnd(scan.text.slice(from, scan.at - 3));
    if (quotes === 0) return unclosed(scan, start);
  }
}

/** A manifest that was checked out with CR LF is the same manifest. */
const oneLineEnd = (text: string): string => (text.includes("\r") ? text.replaceAll("\r\n", "\n") : text);

/** A backslash at the end of a line takes the white space after it along. */
function readFoldOrEscape(scan: Scanner): string {
  const next = scan.text.charCodeAt(scan.at + 1);
  if (next !== SPACE && next !== TAB && next !== LF && next !== CR) return readEscape(scan);
  const start = scan.at++;
  if (scan.match(FOLDED) === "") scan.stop(start, "backslash before a space", "a backslash at the end of a line, or an escape");
  return "";
}

function readEscape(scan: Scanner): string {
  const start = scan.at;
  const letter = scan.text.charAt(start + 1);
  scan.at += 2;
  const plain = ESCAPES.get(letter);
  if (plain !== undefined) return plain;
  if (letter !== "u" && letter !== "U")
    return scan.stop(start, "unknown escape", String.raw`\b \t \n \f \r \" \\ \uXXXX \UXXXXXXXX (TOML 1.0)`);
  const digits = scan.match(letter === "u" ? HEX_4 : HEX_8);
  const code = digits === "" ? -1 : Number.parseInt(digits, 16);
  if (code < 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    return scan.stop(start, "escape that is no character", "a Unicode scalar value, in 4 digits after u, 8 after U");
  return String.fromCodePoint(code);
}

function unclosed(scan: Scanner, start: number): never {
  return scan.stop(start, "string without an end");
}
