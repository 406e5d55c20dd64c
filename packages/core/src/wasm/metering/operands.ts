/** Passes what follows the less common instructions, as far as an engine has validated it; indices stay within the module's own. */
import { Malformed } from "../malformed.ts";
import { Immediate as I, MISC_OPCODES, OPCODES } from "../opcodes.ts";
import type { Reader } from "../reader.ts";
import type { ModuleState } from "../state.ts";

/** An instruction after 0xfc that is metered: how much it moves, or by how much a table grows, lies on the stack. */
export type Moves = { readonly does: "bulk"; readonly wide: boolean } | { readonly does: "grow"; readonly table: number };

/** What follows 0xfc; `start` is where the instruction begins. */
export function readMoves(reader: Reader, { memories, tables }: ModuleState, start: number): Moves | undefined {
  const memory = (): boolean => memories[reader.index("memory", memories.length)]?.wide === true;
  const table = (): boolean => tables[reader.index("table", tables.length)]?.wide === true;
  // A length is as wide as the narrower of two.
  const bulk = (into: boolean, from = into): Moves => ({ does: "bulk", wide: into && from });
  const code = reader.u32();
  switch (MISC_OPCODES.immediates[code]) {
    case I.plain:
      return undefined;
    case I.dataDrop:
    case I.elemDrop:
      reader.u32();
      return undefined;
    case I.memoryInit:
      reader.u32();
      memory();
      return bulk(false);
    case I.tableInit:
      reader.u32();
      table();
      return bulk(false);
    case I.memoryFill:
      return bulk(memory());
    case I.memoryCopy:
      return bulk(memory(), memory());
    case I.tableCopy:
      return bulk(table(), table());
    case I.tableIndex:
      if (code === TABLE_GROW) return { does: "grow", table: reader.index("table", tables.length) };
      if (code === TABLE_FILL) return bulk(table());
      table();
      return undefined;
    default:
      throw new Malformed("there is no such instruction", start);
  }
}

const TABLE_GROW = 0x0f;
const TABLE_FILL = 0x11;

/** What follows an instruction of tables of references; any other is refused. */
export function passReference(reader: Reader, { tables, functions }: ModuleState, op: number, start: number): void {
  switch (OPCODES.immediates[op]) {
    case I.tableIndex:
      reader.index("table", tables.length);
      return;
    case I.refFunc:
      reader.index("function", functions.length);
      return;
    case I.refNull:
      reader.skip(1);
      return;
    case I.selectTyped:
      reader.skip(reader.u32());
      return;
    default:
      throw new Malformed(`there is no instruction 0x${op.toString(16)}`, start);
  }
}

/** A block's type: a type index must be one of the module's own. */
export function passBlockType(reader: Reader, { types }: ModuleState): void {
  const code = reader.peek();
  // A positive number of 33 bits reads as an unsigned one.
  if (code >= 0x40 && code < 0x80) reader.at += 1;
  else reader.index("type", types.count);
}

/** A LEB128 number. */
export function passNumber(reader: Reader): void {
  while (reader.byte() >= 0x80);
}
