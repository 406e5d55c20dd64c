import { decodeUtf8, type JsonNode, type JsonValue, parseJson, toValue } from "palyra-skills/encoding";

/** What a tool wrote to stdout, as JSON: a stranger's. Null where it is no JSON, or nothing was written. */
export function jsonOutput(stdout: Uint8Array): JsonValue {
  const node = nodeOf(stdout);
  return node === undefined || node === "none" ? null : toValue(node);
}

/** In what that says something else than the tool did; undefined: in nothing. */
export function unlikeOutput(stdout: Uint8Array): string | undefined {
  const node = nodeOf(stdout);
  if (node === "none") return undefined;
  if (node === undefined) return "what it answered is no JSON that is read here, and stands for null";
  const changed = changedNumber(node, decodeUtf8(stdout) ?? "");
  return changed === undefined ? undefined : `numbers of its answer are shown as a double holds them, ${changed} for one`;
}

function nodeOf(stdout: Uint8Array): JsonNode | "none" | undefined {
  const said = decodeUtf8(stdout);
  if (said?.trim() === "") return "none";
  try {
    return said === undefined ? undefined : parseJson(said);
  } catch {
    return undefined;
  }
}

/** The first that another decimal is written for: integers are exact. */
function changedNumber(node: JsonNode, text: string): string | undefined {
  if (node.kind === "float") {
    const written = NUMBER.exec(text.slice(node.offset, node.offset + MAX_NUMBER))?.[0] ?? "";
    return decimalOf(written) === decimalOf(String(node.value)) ? undefined : shortened(written);
  }
  const inside = node.kind === "array" ? node.items : node.kind === "object" ? node.members.values() : [];
  for (const each of inside) {
    const found = changedNumber(each, text);
    if (found !== undefined) return found;
  }
  return undefined;
}

const NUMBER = /^-?[0-9.eE+-]+/;
/** Characters that are looked at, and that are shown: a number of more is none that a double writes. */
const MAX_NUMBER = 1024;
const MAX_SHOWN = 40;
const shortened = (number: string): string => (number.length <= MAX_SHOWN ? number : `${number.slice(0, MAX_SHOWN - 1)}…`);

/** One text for each decimal, however it is written: its digits without zeros at the ends, and the power of ten of the last. */
function decimalOf(number: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${sign}${significant}e${power}`;
}
