/** Scripts of the WebAssembly specification's own tests (`.wast`): as much of their language as it takes to run them. */
import loadWabt from "wabt";

const wabt = await loadWabt();
const FEATURES = {
  multi_memory: true,
  memory64: true,
  tail_call: true,
  simd: true,
  extended_const: true,
  relaxed_simd: true,
  bulk_memory: true,
  reference_types: true,
} as const;

/** An expression: an atom or a string as it is written, or a list; with its place in the text. */
export type Node = string | List;
export interface List {
  readonly items: readonly Node[];
  readonly from: number;
  readonly end: number;
}

const TOKEN = /\s+|;;[^\n]*|\(;(?:[^;(]|;(?!\))|\((?!;)|\(;[\s\S]*?;\))*;\)|[()]|"(?:[^"\\]|\\[\s\S])*"|[^\s()";]+|;/gy;

export function parse(text: string): readonly List[] {
  const stack: { items: Node[]; from: number }[] = [{ items: [], from: 0 }];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [token] = match;
    if (token === "(") stack.push({ items: [], from: match.index });
    else if (token === ")") {
      const { items, from } = stack.pop() ?? { items: [], from: 0 };
      stack.at(-1)?.items.push({ items, from, end: TOKEN.lastIndex });
    } else if (!/^(?:\s|;)/.test(token) && !token.startsWith("(;")) stack.at(-1)?.items.push(token);
  }
  return (stack[0]?.items ?? []).filter((node) => typeof node !== "string");
}

const isText = (node: Node | undefined): node is string => typeof node === "string";
export const head = (list: List): string => (isText(list.items[0]) ? list.items[0] : "");

/** A string's bytes. */
function bytesOf(written: string): number[] {
  const bytes: number[] = [];
  for (const part of written.slice(1, -1).matchAll(/\\([0-9a-fA-F]{2})|\\u\{([0-9a-fA-F]+)\}|\\([\s\S])|([^\\]+)/g)) {
    if (part[1] !== undefined) bytes.push(Number.parseInt(part[1], 16));
    else if (part[2] !== undefined) bytes.push(...new TextEncoder().encode(String.fromCodePoint(Number.parseInt(part[2], 16))));
    else if (part[3] !== undefined)
      bytes.push(({ n: 10, t: 9, r: 13 } as Record<string, number>)[part[3]] ?? part[3].charCodeAt(0));
    else bytes.push(...new TextEncoder().encode(part[4] ?? ""));
  }
  return bytes;
}
export const nameOf = (written: Node | undefined): string =>
  new TextDecoder().decode(Uint8Array.from(bytesOf(isText(written) ? written : '""')));

/** A module's binary; undefined where the assembler does not know its text. */
export function binaryOf(module: List, text: string): Uint8Array<ArrayBuffer> | undefined {
  const rest = module.items.slice(1).filter((item) => !(isText(item) && (item.startsWith("$") || item === "definition")));
  const strings = rest.slice(1).filter(isText);
  if (rest[0] === "binary") return Uint8Array.from(strings.flatMap(bytesOf));
  const source =
    rest[0] === "quote"
      ? new TextDecoder().decode(Uint8Array.from(strings.flatMap(bytesOf)))
      : text.slice(module.from, module.end);
  try {
    const parsed = wabt.parseWat("module.wat", rest[0] === "quote" ? `(module ${source})` : source, FEATURES);
    try {
      return Uint8Array.from(parsed.toBinary({}).buffer);
    } finally {
      parsed.destroy();
    }
  } catch {
    return undefined;
  }
}

/** Constants as JavaScript has them; undefined where it has none (v128, references of the host) or where any of several is meant. */
export function constantsOf(nodes: readonly Node[], text: string): readonly unknown[] | undefined {
  const made: unknown[] = [];
  const rest: string[] = [];
  for (const node of nodes) {
    if (isText(node)) return undefined;
    const [op, value] = node.items;
    if (op === "ref.null") made.push(null);
    else if (isText(op) && /^[if](?:32|64)\.const$/.test(op) && isText(value) && /^nan:(?:canonical|arithmetic)$/.test(value))
      made.push(Number.NaN);
    else if (isText(op) && /^[if](?:32|64)\.const$/.test(op)) {
      made.push(rest.length);
      rest.push(`(global (export "${made.length - 1}") ${op.slice(0, 3)} ${text.slice(node.from, node.end)})`);
    } else return undefined;
  }
  if (rest.length === 0) return made;
  const { buffer } = wabt.parseWat("constants.wat", `(module ${rest.join("")})`, FEATURES).toBinary({});
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(buffer)));
  return made.map((value, at) => {
    const found = exports[String(at)];
    return found instanceof WebAssembly.Global ? found.value : value;
  });
}
