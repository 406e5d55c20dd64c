import type { Ceilings } from "./ceilings.ts";
import type { FuelCode } from "./fuel-code.ts";
import type { AddedGlobals } from "./globals.ts";
import { Code, instruction } from "./instructions.ts";
import type { FuelMode } from "./metered.ts";
import type { Writer } from "./writer.ts";

/** What grows: how it is named in globals, and its bit in the global of refusals. */
export interface Grown {
  readonly ceilings: Ceilings;
  readonly name: "memory" | "table";
  readonly bit: 1 | 2;
}

/**
 * The instructions around `memory.grow` and `table.grow`: refusals of the cap are noted, growth of several together is counted, and in
 * `per_byte` what was grown is paid for. What is looked at twice lies in globals meanwhile: there may be no room for a local.
 */
export class GrowthCode {
  readonly #out: Writer;
  readonly #globals: AddedGlobals;
  readonly #fuel: FuelCode;
  readonly #mode: FuelMode;

  constructor(out: Writer, globals: AddedGlobals, fuel: FuelCode, mode: FuelMode) {
    this.#out = out;
    this.#globals = globals;
    this.#fuel = fuel;
    this.#mode = mode;
  }

  /** Whether anything has to be added to the growth of that memory or table. */
  isNeeded({ ceilings: { each, left } }: Grown, index: number): boolean {
    return this.#mode === "per_byte" || left !== undefined || each[index]?.lowered === true;
  }

  /** Writes the instruction, which `bytes` holds between two places, and what goes with it. By how much to grow lies on the stack. */
  write(bytes: Uint8Array, from: number, end: number, grown: Grown, index: number): void {
    const { each, left } = grown.ceilings;
    const wide = each[index]?.fact.wide === true;
    const type = wide ? "i64" : "i32";
    const out = this.#out;
    const asked = this.#globals.get(`asked ${type}`, type);
    const answer = this.#globals.get(`answer ${type}`, type);
    const room = left === undefined ? undefined : this.#globals.get(`left ${grown.name}`, "i64", left);
    const minusOne = [wide ? Code.i64Const : Code.i32Const, MINUS_ONE];
    out.all(instruction(Code.globalSet, asked));
    if (room === undefined) out.all(instruction(Code.globalGet, asked));
    else {
      // More than is left: by as much as nothing can grow. What else lies on the stack, no block could reach.
      out.all(minusOne);
      out.all(instruction(Code.globalGet, asked));
      out.all(instruction(Code.globalGet, room));
      this.#asked(asked, wide);
      out.all([Code.i64LtU, Code.select]);
    }
    out.copy(bytes, from, end);
    out.all(instruction(Code.globalSet, answer));
    out.all(instruction(Code.globalGet, answer));
    out.all(minusOne);
    out.all([wide ? Code.i64Eq : Code.i32Eq, Code.if, Code.empty]);
    if (room !== undefined) this.#noteOver(grown.bit, room, asked, wide);
    else if (each[index]?.lowered === true) this.#note(grown.bit);
    out.byte(Code.else);
    if (room !== undefined) this.#take(room, asked, wide);
    if (this.#mode === "per_byte") this.#fuel.addGlobal(asked, wide);
    out.byte(Code.end);
    out.all(instruction(Code.globalGet, answer));
  }

  #asked(asked: number, wide: boolean): void {
    this.#out.all(instruction(Code.globalGet, asked));
    if (!wide) this.#out.byte(Code.i64ExtendI32U);
  }

  #take(room: number, asked: number, wide: boolean): void {
    this.#out.all(instruction(Code.globalGet, room));
    this.#asked(asked, wide);
    this.#out.byte(Code.i64Sub);
    this.#out.all(instruction(Code.globalSet, room));
  }

  #note(bit: number): void {
    const refused = this.#globals.get("refused", "i32");
    this.#out.all(instruction(Code.globalGet, refused));
    this.#out.all([Code.i32Const, bit, Code.i32Or]);
    this.#out.all(instruction(Code.globalSet, refused));
  }

  /** Where it was more than is left: what the declared maximum of one of several refuses is not the cap's doing. */
  #noteOver(bit: number, room: number, asked: number, wide: boolean): void {
    this.#out.all(instruction(Code.globalGet, room));
    this.#asked(asked, wide);
    this.#out.all([Code.i64LtU, Code.if, Code.empty]);
    this.#note(bit);
    this.#out.byte(Code.end);
  }
}

/** As a signed number. */
const MINUS_ONE = 0x7f;
