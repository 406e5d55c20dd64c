/**
 * Numbers that would be others once JavaScript has read them: an integer that a double does not hold, one that is infinite. A request with such a
 * number is refused, or the tool would be given, and a person be shown, what the client did not say. One that is written with a fraction or an exponent
 * is a double to whoever writes it, and as near as doubles are: of these only an infinite one is another.
 */
import { endOfString } from "./nesting.ts";

/** Fewer digits a double holds, and smaller exponents; nearly no message has more, in a text or not. */
const SUSPECT = /\d{16}|[eE]\+?\d{3}/;
const FEWEST_DIGITS = 16;
/** Characters of the shortest there is: `2e308`. */
const SHORTEST = 5;
/** Digits of it that are said again. */
const MAX_SHOWN = 40;
const [QUOTE, PLUS, MINUS, POINT, ZERO, NINE, UPPER_E, LOWER_E] = [0x22, 0x2b, 0x2d, 0x2e, 0x30, 0x39, 0x45, 0x65];

/**
 * What is wrong with the first such number of a message; undefined: it has none, or asks for nothing, so that nobody waits for an answer.
 * @param text that is JSON
 * @param message as which it was read
 */
export function changedNumber(text: string, message: unknown): string | undefined {
  if (!SUSPECT.test(text) || !hasRequest(message)) return undefined;
  const found = firstChanged(text);
  if (found === undefined) return undefined;
  const kind = isDouble(found) ? "number" : "integer";
  return `the ${kind} ${shown(found)} would be another: a number of JavaScript does not hold it`;
}

/** Of several at once, which the oldest revision has, one is enough. */
function hasRequest(message: unknown): boolean {
  return Array.isArray(message) ? message.some(isRequest) : isRequest(message);
}

function isRequest(message: unknown): boolean {
  return typeof message === "object" && message !== null && "method" in message && "id" in message;
}

/** One pass, and no tree: of a message of 4 MB that would hold every call of this process for a second. */
function firstChanged(text: string): string | undefined {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === MINUS || isDigit(code)) {
      const start = at;
      at = endOfNumber(text, start);
      if (at - start < SHORTEST) continue;
      const number = text.slice(start, at);
      if (isChanged(number)) return number;
    }
  }
  return undefined;
}

/** What follows a number is none of its own characters, and no quote's beginning: JSON has a comma, a bracket or a space there. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (isOfNumber(text.charCodeAt(end))) end += 1;
  return end;
}

function isChanged(number: string): boolean {
  const isWhole = !isDouble(number);
  if (isWhole && number.length < FEWEST_DIGITS) return false;
  const read = Number(number);
  if (!Number.isFinite(read)) return true;
  return isWhole && !Number.isSafeInteger(read) && BigInt(read) !== BigInt(number);
}

const isDigit = (code: number): boolean => code >= ZERO && code <= NINE;
const isOfNumber = (code: number): boolean =>
  isDigit(code) || code === POINT || code === LOWER_E || code === UPPER_E || code === PLUS || code === MINUS;
const isDouble = (number: string): boolean => /[.eE]/.test(number);
const shown = (digits: string): string => (digits.length <= MAX_SHOWN ? digits : `${digits.slice(0, MAX_SHOWN - 1)}…`);
