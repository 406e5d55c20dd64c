import { Malformed, refused } from "./malformed.ts";
import { featureOfOpcode, Op } from "./opcodes.ts";
import type { Reader } from "./reader.ts";
import type { ModuleState } from "./state.ts";
import { readHeapType } from "./types.ts";

const SIMD_CONST = 0x0c;
/** i32 and i64: add, sub, mul. */
const EXTENDED: readonly number[] = [0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e];

/** Passes the constant expression that initialises a global, a segment's offset or an element. */
export function readConstant(reader: Reader, module: ModuleState): void {
  const { features } = module;
  for (;;) {
    const offset = reader.at;
    const op = reader.byte();
    switch (op) {
      case Op.end:
        return;
      case Op.i32Const:
        reader.skipSigned(32);
        break;
      case Op.i64Const:
        reader.skipSigned(64);
        break;
      case Op.f32Const:
        reader.skip(4);
        break;
      case Op.f64Const:
        reader.skip(8);
        break;
      case Op.refNull:
        features.note("reference_tables", offset);
        readHeapType(reader);
        break;
      case Op.refFunc:
        features.note("reference_tables", offset);
        module.calls.take(reader.index("function", module.functions.length), module.functions.length);
        break;
      case Op.globalGet:
        readGlobalGet(reader, module, offset);
        break;
      case Op.simd: {
        const code = reader.u32();
        if (code !== SIMD_CONST) throw notConstant(offset, featureOfOpcode(op, code));
        features.note("simd", offset);
        reader.skip(16);
        break;
      }
      default:
        if (!EXTENDED.includes(op)) throw notConstant(offset, featureOfOpcode(0, op));
        features.note("extended_constants", offset);
    }
  }
}

const notConstant = (offset: number, feature: ReturnType<typeof featureOfOpcode>): Malformed =>
  feature === undefined ? new Malformed("an instruction that no constant expression may hold", offset) : refused(feature, offset);

function readGlobalGet(reader: Reader, module: ModuleState, offset: number): void {
  const index = reader.index("global", module.globals.length);
  // Those of the module itself may be read here only with garbage collection: an engine that has it would take them.
  if (index >= module.importedGlobals) throw refused("garbage collection", offset);
  if (module.globals[index] === true) throw new Malformed("a constant expression reads a mutable global", offset);
}
