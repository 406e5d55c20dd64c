import { MAX_GLOBALS } from "../limits.ts";
import { Refused } from "./metered.ts";
import type { Writer } from "./writer.ts";

const CODES = { i32: 0x7f, i64: 0x7e } as const;
export type IntegerType = keyof typeof CODES;

/** The globals that metering appends: after all of the module's own, so that no index of these changes. Each is made when it is first needed. */
export class AddedGlobals {
  readonly #first: number;
  readonly #added: { readonly type: IntegerType; readonly initial: bigint }[] = [];
  readonly #indexes = new Map<string, number>();

  constructor(ownGlobals: number) {
    this.#first = ownGlobals;
  }

  /** The index of the global of that name. */
  get(name: string, type: IntegerType, initial = 0n): number {
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    const index = this.#first + this.#added.length;
    if (index >= MAX_GLOBALS) throw new Refused({ code: "NoRoom", what: "globals", limit: MAX_GLOBALS });
    this.#added.push({ type, initial });
    this.#indexes.set(name, index);
    return index;
  }

  get count(): number {
    return this.#added.length;
  }

  write(into: Writer): void {
    for (const { type, initial } of this.#added) {
      into.all([CODES[type], 1, type === "i32" ? 0x41 : 0x42]);
      into.signed(initial);
      into.byte(0x0b);
    }
  }
}
