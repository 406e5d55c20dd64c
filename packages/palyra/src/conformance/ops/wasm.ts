/** What a module has: op wasm. */
import { readModule } from "palyra-skills/wasm";
import { type Op, ProtocolRefusal, toJson } from "../protocol.ts";
import { bytesOf } from "./inputs.ts";

export const wasmOp: Op = {
  read(request) {
    const load = bytesOf(request);
    return async () => {
      const reading = readModule(await load());
      if (!reading.ok) throw new ProtocolRefusal("InvalidModule", "this is no module that is accepted here", toJson(reading));
      const { imports, exports, exportedFunctions, memories, tables, start } = reading.facts;
      return {
        imports: imports.map(({ module, name, kind }) => ({ module, name, kind })),
        exports: exports.map(({ name, kind }) => ({ name, kind })),
        exported_functions: exportedFunctions,
        memories: memories.length,
        tables: tables.length,
        start: start ?? null,
      };
    };
  },
};
