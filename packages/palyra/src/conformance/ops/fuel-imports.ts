/**
 * Imports that let a vector run: functions do nothing and return 0, memories and tables fit, globals come from a module. Facts are those of the
 * metered module: its maxima may be lower than the vector's own, and what it is given must have them.
 */
import type { LimitFact, ModuleFacts, ValueType } from "palyra-skills/wasm";
import { ProtocolRefusal } from "../protocol.ts";
import { accepted, compiled, invalid } from "./fuel-module.ts";

export function importsFor({ imports, memories, tables }: ModuleFacts, globals: Uint8Array | undefined): WebAssembly.Imports {
  const given = globals === undefined ? {} : exportsOf(globals);
  const [ownMemories, ownTables] = [
    memories.filter(({ imported }) => imported).values(),
    tables.filter(({ imported }) => imported).values(),
  ];
  const made = new ImportObject();
  for (const { module, name, kind, type } of imports) {
    if (kind === "function") made.add(module, name, nothing(type?.results ?? []));
    else if (kind === "memory") made.add(module, name, new WebAssembly.Memory(limitsOf(ownMemories.next().value)));
    else if (kind === "table")
      made.add(module, name, new WebAssembly.Table({ ...limitsOf(ownTables.next().value), element: "anyfunc" }));
    else made.add(module, name, Object.hasOwn(given, name) ? given[name] : absent(name));
  }
  return made.object;
}

/** Names are the module's own, `__proto__` among them, and two imports of one name may be of different types: an engine asks once for each, in order. */
class ImportObject {
  readonly object: { [module: string]: { [name: string]: unknown } } = Object.create(null);
  readonly #values = new Map<string, unknown[]>();

  add(module: string, name: string, value: unknown): void {
    const members = this.object[module] ?? Object.create(null);
    this.object[module] = members;
    const key = JSON.stringify([module, name]);
    const values = this.#values.get(key) ?? [];
    this.#values.set(key, values);
    values.push(value);
    if (values.length === 1) Object.defineProperty(members, name, { get: () => values.shift() });
  }
}

/** Of a module that runs nothing: what it would start has no fuel. */
function exportsOf(bytes: Uint8Array): WebAssembly.Instance["exports"] {
  const { start } = accepted(bytes);
  if (start !== undefined) throw invalid("the one of the imported globals has a start function", { start });
  const module = compiled(Uint8Array.from(bytes));
  try {
    return new WebAssembly.Instance(module).exports;
  } catch {
    throw new ProtocolRefusal("InvalidModule", "the module of the imported globals cannot be instantiated");
  }
}

function absent(name: string): never {
  throw new ProtocolRefusal("InvalidModule", `the imported global ${name} is not given`);
}

export type Zero = 0 | 0n | null;

export const zeroOf = (type: ValueType): Zero => (type === "i64" ? 0n : type === "funcref" ? null : 0);

const nothing = (results: readonly ValueType[]) => (): unknown => {
  const zeros = results.map(zeroOf);
  return zeros.length > 1 ? zeros : zeros[0];
};

function limitsOf(fact: LimitFact | undefined): WebAssembly.Limits {
  if (fact === undefined) throw new TypeError("an import has no limits");
  const { min, max, wide } = fact;
  if (wide && takesAddress()) return { address: "i64", initial: min, ...(max === undefined ? {} : { maximum: max }) };
  const limits = { initial: Number(min), ...(max === undefined ? {} : { maximum: Number(max) }) };
  return wide ? { index: "i64", ...limits } : limits;
}

/** Node 22's engine has 64-bit memories in the form that the proposal had before: by `index`, and with plain numbers. */
function takesAddress(): boolean {
  try {
    return new WebAssembly.Memory({ address: "i64", initial: 0n }) !== undefined;
  } catch {
    return false;
  }
}
