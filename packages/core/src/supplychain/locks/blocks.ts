/**
 * What Yarn and pnpm write: lines that belong to the last one above them that is less indented. It is a small part of YAML, and they write
 * no more of it; keys and values are told apart by who asks. What is not read so (tabs, anchors, documents behind one another) is refused.
 */
import { JsonFault, parseJson } from "../../encoding/index.ts";
import { linesOf } from "./lines.ts";
import { LockFault } from "./lock.ts";

export interface Block {
  /** The line without its indentation. */
  readonly text: string;
  readonly offset: number;
  readonly below: readonly Block[];
}

/** Blocks within blocks: pnpm's have five. */
const MAX_BLOCK_DEPTH = 32;

export function readBlocks(text: string): readonly Block[] {
  const roots: Open[] = [];
  const open: Open[] = [];
  for (const { text: line, offset } of linesOf(text)) {
    const content = line.trim();
    if (content === "" || content.startsWith("#") || (content === "---" && roots.length === 0)) continue;
    const indent = line.length - line.trimStart().length;
    if (line.slice(0, indent).includes("\t")) throw new LockFault("a line is indented by a tab", offset);
    if (content === "---" || content === "...") throw new LockFault("there is a second document in it", offset);
    while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
    if (open.length >= MAX_BLOCK_DEPTH) throw new LockFault(`blocks are more than ${MAX_BLOCK_DEPTH} deep`, offset);
    const block = { text: content, offset: offset + indent, below: [], indent };
    (open.at(-1)?.below ?? roots).push(block);
    open.push(block);
  }
  return roots;
}

interface Open extends Block {
  readonly below: Open[];
  readonly indent: number;
}

/** `key: value`, `key:`, and Yarn 1's `key value`; the key without its quotes. */
export function pairOf({ text, offset }: Block): { readonly key: string; readonly value: string } {
  const quoted = quotedStart(text);
  const end = quoted === undefined ? text.search(/: |:$| /) : quoted.length;
  if (end === -1) return { key: text, value: "" };
  const key = scalar(text.slice(0, end), offset);
  return { key, value: text.slice(text[end] === ":" ? end + 1 : end).trim() };
}

function quotedStart(text: string): string | undefined {
  return /^"(?:[^"\\]|\\.)*"|^'(?:[^']|'')*'/.exec(text)?.[0];
}

/** A text in quotes of either kind, or none. */
export function scalar(text: string, offset: number): string {
  if (text.startsWith("'")) {
    if (text.length < 2 || !text.endsWith("'")) throw new LockFault("a quote is not closed", offset);
    return text.slice(1, -1).replaceAll("''", "'");
  }
  if (!text.startsWith('"')) return text;
  try {
    const node = parseJson(text);
    return node.kind === "string" ? node.value : text;
  } catch (fault) {
    if (fault instanceof JsonFault) throw new LockFault("what stands in quotes cannot be read", offset);
    throw fault;
  }
}

/** The block of that key, where there is one. */
export const blockAt = (blocks: readonly Block[], key: string): Block | undefined =>
  blocks.find((block) => pairOf(block).key === key);

/** The value of that key as a text; undefined where it is absent or empty. */
export function valueAt(blocks: readonly Block[], key: string): string | undefined {
  const block = blockAt(blocks, key);
  const text = block === undefined ? "" : scalar(pairOf(block).value, block.offset);
  return text === "" ? undefined : text;
}
