import type { CallGraph, Reached } from "./calls.ts";
import type { ImportReach, ModuleCalls } from "./facts.ts";
import { MAX_LISTED } from "./limits.ts";
import type { ModuleState } from "./state.ts";

/** Functions of a path that are listed: where it is longer, the last ones. */
const MAX_PATH = 8;

/** Keeps what was read of the module, the whole call graph with it. */
export class CallReach implements ModuleCalls {
  readonly #module: ModuleState;

  constructor(module: ModuleState) {
    this.#module = module;
  }

  fromExports(): ImportReach {
    const { exports, calls, functions } = this.#module;
    const roots = exports.filter(({ kind }) => kind === "function").map(({ index }) => index);
    if (exports.some(({ kind }) => kind === "table")) {
      for (let index = 0; index < functions.length; index++) if (calls.isTaken(index)) roots.push(index);
    }
    return this.#reach(roots);
  }

  fromFunction(functionIndex: number): ImportReach {
    return this.#reach([functionIndex]);
  }

  #reach(roots: readonly number[]): ImportReach {
    const { calls, functions, types, start, importedFunctions } = this.#module;
    if (importedFunctions === 0) return NOTHING;
    return importReach(calls.reach(start === undefined ? roots : [start, ...roots], functions, types), this.#module);
  }
}

const NOTHING: ImportReach = { imports: new Set(), paths: new Map() };

function importReach(reached: Reached, { imports }: ModuleState): ImportReach {
  const positions = new Set<number>();
  const paths = new Map<number, readonly number[]>();
  let functionIndex = 0;
  for (const [position, { kind }] of imports.entries()) {
    if (kind !== "function") continue;
    if (reached.has(functionIndex)) {
      positions.add(position);
      if (paths.size < MAX_LISTED) paths.set(position, reached.path(functionIndex, MAX_PATH));
    }
    functionIndex += 1;
  }
  return { imports: positions, paths };
}

/** Positions of imported functions that tables may hold and that nothing calls by their index. */
export function importsInTables(calls: CallGraph, { imports }: Pick<ModuleState, "imports">): number[] {
  const positions: number[] = [];
  let functionIndex = 0;
  for (const [position, { kind }] of imports.entries()) {
    if (kind !== "function") continue;
    if (calls.isTaken(functionIndex) && !calls.isCalled(functionIndex) && positions.length < MAX_LISTED) positions.push(position);
    functionIndex += 1;
  }
  return positions;
}
