/** The input of a call, for a person who is asked about it: nothing of it is out of sight for what stands before it (T28, T44). */
import { createHash } from "node:crypto";
import { decodeUtf8, type JsonNode, parseJson } from "palyra-skills/encoding";
import { asGiven } from "../wording/safe.ts";
import { grouped } from "../wording/units.ts";

export interface ShownInput {
  /** On one line, safe to show. */
  readonly text: string;
  /** What tells of the rest; undefined: all of it is in `text`. */
  readonly note: string | undefined;
}

/** Characters of a text in it: the most at which all of it fits is taken. */
const LONGEST_TEXTS = [400, 60, 12] as const;
const MAX_NUMBER = 40;

/**
 * JSON without the blanks between its parts, long texts in it by their beginning and length; what is none as it is.
 * @param limit code points
 */
export function shownInput(input: Uint8Array, limit: number): ShownInput {
  for (const longest of LONGEST_TEXTS) {
    const { text, isAll } = compact(input, longest, limit);
    const isLast = longest === LONGEST_TEXTS.at(-1);
    if (text.length > limit && !isLast) continue;
    return { text: asGiven(text, limit), note: isAll && text.length <= limit ? undefined : noteOf(input) };
  }
  return { text: "", note: noteOf(input) };
}

const noteOf = (input: Uint8Array): string =>
  `not all of it is shown: ${grouped(input.length)} bytes with SHA-256 ${createHash("sha256").update(input).digest("hex")}`;

function compact(input: Uint8Array, longest: number, limit: number): { readonly text: string; readonly isAll: boolean } {
  const written = decodeUtf8(input);
  if (written === undefined) return { text: Buffer.from(input.subarray(0, 4 * limit)).toString(), isAll: false };
  try {
    const writer = new CompactWriter(written, longest, limit);
    writer.add(parseJson(written));
    return writer;
  } catch {
    return { text: written, isAll: true };
  }
}

class CompactWriter {
  readonly #written: string;
  readonly #longest: number;
  readonly #limit: number;
  text = "";
  isAll = true;

  constructor(written: string, longest: number, limit: number) {
    this.#written = written;
    this.#longest = longest;
    this.#limit = limit;
  }

  add(node: JsonNode): void {
    // More of it nobody sees.
    if (this.text.length > this.#limit) return;
    if (node.kind === "object") this.#list("{", "}", node.members, ([key, member]) => this.#member(key, member));
    else if (node.kind === "array") this.#list("[", "]", node.items, (item) => this.add(item));
    else if (node.kind === "string") this.#text(node.value);
    else if (node.kind === "integer" || node.kind === "float") this.#number(node.offset);
    else this.text += node.kind === "null" ? "null" : String(node.value);
  }

  #list<Item>(open: string, close: string, items: Iterable<Item>, add: (item: Item) => void): void {
    this.text += open;
    let isFirst = true;
    for (const item of items) {
      if (this.text.length > this.#limit) return;
      if (!isFirst) this.text += ",";
      isFirst = false;
      add(item);
    }
    this.text += close;
  }

  #member(key: string, member: JsonNode): void {
    this.#text(key);
    this.text += ":";
    this.add(member);
  }

  /** How long it is stands outside the quotes, where no text can say it. */
  #text(value: string): void {
    if (value.length <= this.#longest) this.text += JSON.stringify(value);
    else
      this.text += `${JSON.stringify(value.slice(0, this.#longest).replace(/[\ud800-\udbff]$/, ""))}…(${grouped(value.length)} characters)`;
    this.isAll &&= value.length <= this.#longest;
  }

  /** As it is written: another reader could take another number for it. */
  #number(offset: number): void {
    const [number = ""] = /^-?[0-9.eE+-]*/.exec(this.#written.slice(offset, offset + MAX_NUMBER)) ?? [];
    this.text += number.length < MAX_NUMBER ? number : `${number}…`;
    this.isAll &&= number.length < MAX_NUMBER;
  }
}
