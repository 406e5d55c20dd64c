/**
 * Numbers that would be others once JavaScript has read them: an integer that a double does not hold, one that is infinite. A message with such a
 * number is refused, or the tool would be given, and a person be shown, what the client did not say.
 */
import { JsonFault, type JsonNode, parseJson } from "palyra-skills/encoding";

/** Fewer digits a double holds, and smaller exponents; nearly no message has more, in a text or not. */
const SUSPECT = /\d{16}|[eE]\+?\d{3}/;
/** Digits of it that are said again. */
const MAX_SHOWN = 40;

/** What is wrong with a JSON text that may have one; undefined: it has none. Of these texts what is no strict JSON is refused, too. */
export function changedNumber(text: string): string | undefined {
  if (!SUSPECT.test(text)) return undefined;
  try {
    const found = firstChanged(parseJson(text));
    return found === undefined
      ? undefined
      : `the integer ${shown(String(found))} would be another: a number of JavaScript does not hold it`;
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return `${error.problem} at column ${error.column}`;
  }
}

function firstChanged(message: JsonNode): bigint | undefined {
  const waiting = [message];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.kind === "array") for (const item of node.items) waiting.push(item);
    else if (node.kind === "object") for (const value of node.members.values()) waiting.push(value);
    else if (node.kind === "integer" && !isHeld(node.value)) return node.value;
  }
  return undefined;
}

const isHeld = (value: bigint): boolean => Number.isFinite(Number(value)) && BigInt(Number(value)) === value;
const shown = (digits: string): string => (digits.length <= MAX_SHOWN ? digits : `${digits.slice(0, MAX_SHOWN - 1)}…`);
