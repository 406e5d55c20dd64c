/** Imports that let a vector run: functions do nothing and return 0, memories and tables fit, globals come from a module. */
import type { LimitFact, ModuleFacts, ValueType } from "palyra-skills/wasm";
import { ProtocolRefusal } from "../protocol.ts";

export function importsFor({ imports, memories, tables }: ModuleFacts, globals: Uint8Array | undefined): WebAssembly.Imports {
  const given = globals === undefined ? {} : exportsOf(globals);
  const [ownMemories, ownTables] = [
    memories.filter(({ imported }) => imported).values(),
    tables.filter(({ imported }) => imported).values(),
  ];
  const made: WebAssembly.Imports = {};
  for (const { module, name, kind, type } of imports) {
    const members = made[module] ?? {};
    made[module] = members;
    if (kind === "function") members[name] = nothing(type?.results ?? []);
    else if (kind === "memory") members[name] = new WebAssembly.Memory(limitsOf(ownMemories.next().value));
    else if (kind === "table") members[name] = new WebAssembly.Table({ ...limitsOf(ownTables.next().value), element: "anyfunc" });
    else members[name] = given[name] ?? absent(name);
  }
  return made;
}

function exportsOf(bytes: Uint8Array): WebAssembly.Instance["exports"] {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(bytes))).exports;
  } catch {
    throw new ProtocolRefusal("InvalidModule", "the module of the imported globals cannot be instantiated");
  }
}

function absent(name: string): never {
  throw new ProtocolRefusal("InvalidModule", `the imported global ${name} is not given`);
}

const nothing = (results: readonly ValueType[]) => (): unknown => {
  const zeros = results.map((type) => (type === "i64" ? 0n : type === "funcref" ? null : 0));
  return zeros.length > 1 ? zeros : zeros[0];
};

function limitsOf(fact: LimitFact | undefined): { readonly initial: number; readonly maximum?: number } {
  if (fact === undefined || fact.wide)
    throw new ProtocolRefusal("InvalidModule", "imported 64-bit memories and tables are not made here");
  const { min, max } = fact;
  return { initial: Number(min), ...(max === undefined ? {} : { maximum: Number(max) }) };
}
