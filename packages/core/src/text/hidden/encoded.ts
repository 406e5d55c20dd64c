import { decodeUtf8, fromBase64, fromHex, utf8FaultAt } from "../../encoding/index.ts";
import { instructionMatches } from "../instructions/instructions.ts";
import { eachHit, Matches, type TextKind, type TextMatch } from "../match.ts";
import { codeTable } from "../unicode/code-table.ts";

/** Characters of one payload that are decoded: enough to see what it is. */
const MAX_DECODED = 8192;

const BASE64 = /[A-Za-z0-9+/_-]{24,}={0,2}/g;
const HEX = /(?:[^0-9A-Fa-f]|^)([0-9A-Fa-f]{40,})(?![0-9A-Za-z])/g;
/** Characters that need no escape, written as escapes all the same. */
const ESCAPED = [
  { pattern: /(?:%[2-7][0-9A-Fa-f]){8,}/g, unit: /%(..)/g, radix: 16 },
  { pattern: /(?:\\x[2-7][0-9A-Fa-f]){8,}/g, unit: /\\x(..)/g, radix: 16 },
  { pattern: /(?:\\u00[2-7][0-9A-Fa-f]){8,}/g, unit: /\\u(....)/g, radix: 16 },
  { pattern: /(?:&#[xX]0{0,4}[2-7][0-9A-Fa-f];){6,}/g, unit: /&#[xX]([0-9A-Fa-f]+);/g, radix: 16 },
  { pattern: /(?:&#0{0,4}\d{2,3};){6,}/g, unit: /&#(\d+);/g, radix: 10 },
] as const;

/** Texts that are packed as something else: a model unpacks them, a person does not. */
export function encodedMatches(text: string, kind: TextKind): readonly TextMatch[] {
  const found = new Matches();
  if (kind === "name") return [];
  eachHit(BASE64, text, ({ index, 0: digits }) => {
    if (found.hasRoom("encoded_instructions", "fail")) tell(base64Text(digits), index, index + digits.length, kind, found);
  });
  eachHit(HEX, text, ({ index, 0: whole, 1: digits = "" }) => {
    const start = index + whole.length - digits.length;
    const even = digits.slice(0, Math.min(digits.length - (digits.length % 2), MAX_DECODED));
    tell(readable(fromHex(even.toLowerCase())), start, start + digits.length, kind, found);
  });
  for (const { pattern, unit, radix } of ESCAPED)
    eachHit(pattern, text, ({ index, 0: escaped }) => {
      let decoded = "";
      eachHit(unit, escaped.slice(0, MAX_DECODED), ([, digits = "0"]) => {
        decoded += String.fromCharCode(Number.parseInt(digits, radix));
      });
      if (/(?:[A-Za-z][^A-Za-z]*){6}/.test(decoded)) tell(decoded, index, index + escaped.length, kind, found);
    });
  return found.all;
}

/** What carries orders or commands fails; other prose in disguise is for a person to see. Assets hold data: only orders count. */
function tell(decoded: string | undefined, start: number, end: number, kind: TextKind, found: Matches): void {
  if (decoded === undefined) return;
  const orders = instructionMatches(decoded, "tool");
  const grave = orders.some(({ status }) => status === "fail") || COMMAND.test(decoded);
  if (grave && !(kind === "asset" && orders.length === 0)) found.add("encoded_instructions", "fail", start, end, decoded);
  else if (grave || orders.length > 0 || kind !== "asset") found.add("encoded_text", "warn", start, end, decoded);
}

/** Fetches or runs code. */
const COMMAND =
  /\b(?:curl|wget|Invoke-WebRequest|iwr|iex)\b[^\n]{0,200}(?:https?:|\d{1,3}\.\d{1,3}\.\d{1,3})|\/bin\/(?:ba|z)?sh\b|\b(?:eval|exec|system)\s{0,4}\(|\bpowershell\b|document\.cookie/i;

function base64Text(text: string): string | undefined {
  const standard = text.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/").slice(0, MAX_DECODED);
  const whole = standard.slice(0, standard.length - (standard.length % 4 === 1 ? 1 : 0));
  // Paths and long names are of the same alphabet; what decodes to prose by accident is not.
  const bytes = fromBase64(loosened(whole));
  return readable(bytes);
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Padded, and with the unused bits of its last digit at zero: the one spelling that the decoder takes. */
function loosened(digits: string): string {
  const over = digits.length % 4;
  if (over === 0) return digits;
  const last = ALPHABET.indexOf(digits.at(-1) ?? "A") & (over === 2 ? 0x30 : 0x3c);
  return `${digits.slice(0, -1)}${ALPHABET[last]}${over === 2 ? "==" : "="}`;
}

/** The bytes as text, where it is one that somebody wrote: letters and spaces, no digest and no picture. */
function readable(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined || bytes.length < 16) return undefined;
  const plain = isWide(bytes) ? bytes.filter((_, index) => index % 2 === 0) : bytes;
  if (plain.some(isControl)) return undefined;
  // The last character may be cut.
  const fault = utf8FaultAt(plain) ?? plain.length;
  const text = fault < plain.length - 3 ? "" : (decodeUtf8(plain.subarray(0, fault)) ?? "");
  if (!/\p{L}{2}[ \n]/u.test(text)) return undefined;
  // A token's header is JSON, and no prose.
  if (text.startsWith("{") && !/\s\w+\s\w+\s/.test(text)) return undefined;
  return countOrdinary(text) >= text.length * 0.85 ? text : undefined;
}

const isControl = (byte: number): boolean => (byte < 0x20 ? byte < 0x09 || byte > 0x0d : byte === 0x7f);

/** Two bytes a character, as Windows writes. */
function isWide(bytes: Uint8Array): boolean {
  for (let at = 1; at < bytes.length; at += 2) if (bytes[at] !== 0) return false;
  return true;
}

function countOrdinary(text: string): number {
  let count = 0;
  for (const character of text) count += isOrdinary(character.codePointAt(0) ?? 0);
  return count;
}

const isOrdinary = codeTable((code) => (/[\p{L}\p{N} .,:;/'"()=-]/u.test(String.fromCodePoint(code)) ? 1 : 0));
