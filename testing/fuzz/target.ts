import type { Corpus } from "./mutate.ts";
import type { Random } from "./random.ts";

/** What an input came to: read, or refused with a code. For the table at the end: a fuzzer that reaches nothing finds nothing. */
export type Outcome = { readonly accepted: true } | { readonly accepted: false; readonly code: string };
export const ACCEPTED: Outcome = { accepted: true };
export const refusedWith = (code: string): Outcome => ({ accepted: false, code });

/** One reader under test. */
export interface Target {
  readonly name: string;
  /** `root` is the checkout; `../shared` beside it is used where it is there. */
  seeds(root: string): Promise<Corpus>;
  /** An input that the random numbers decide. */
  make(random: Random, corpus: Corpus): Uint8Array | Promise<Uint8Array>;
  /** @throws whatever the reader throws that is not its own error, and `Broken` where what must hold does not */
  check(input: Uint8Array): Outcome | Promise<Outcome>;
}

/** Something that must hold of a reader does not. */
export class Broken extends Error {
  constructor(rule: string, details: unknown) {
    super(`${rule}: ${show(details)}`);
    this.name = "Broken";
  }
}

/** Two values must say the same, types included; the order of keys does not matter. */
export function mustEqual(rule: string, found: unknown, expected: unknown): void {
  const [left, right] = [show(found), show(expected)];
  if (left !== right) throw new Broken(rule, `${left.slice(0, 400)} and not ${right.slice(0, 400)}`);
}

/** A text of a value that two equal values share: maps sorted by key, bigints, -0 and NaN told apart, bytes in hex. */
function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Uint8Array) return `<${Buffer.from(value).toString("hex")}>`;
  if (value instanceof Map) {
    const pairs = [...value].map(([key, member]) => `${show(key)}: ${show(member)}`);
    return `Map{${pairs.sort().join(", ")}}`;
  }
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (value instanceof Error) return `${value.name}(${value.message})`;
  // Accessors, too: facts list types when they are asked for.
  return `{${Object.entries(value)
    .map(([key, member]) => `${JSON.stringify(key)}: ${show(member)}`)
    .join(", ")}}`;
}
