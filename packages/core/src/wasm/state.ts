import { CallGraph } from "./calls.ts";
import { CompileSum } from "./cost.ts";
import type {
  ByteRange,
  DebugFacts,
  ExportFact,
  ExternalKind,
  ImportFact,
  LimitFact,
  MisfitSegment,
  ModuleFacts,
} from "./facts.ts";
import { FeatureUse } from "./features.ts";
import { FunctionTypes } from "./types.ts";

/** `DebugFacts` in the making. */
export interface DebugState {
  names?: ByteRange;
  dwarf?: ByteRange;
  readonly links: DebugFacts["links"][number][];
}

/** What is known of a module while its sections are read, in their order. */
export class ModuleState {
  readonly bytes: Uint8Array;
  readonly features = new FeatureUse();
  types: FunctionTypes;
  readonly imports: ImportFact[] = [];
  readonly exports: ExportFact[] = [];
  readonly memories: LimitFact[] = [];
  readonly tables: LimitFact[] = [];
  /** Type index of each function; imported ones first. */
  functions: Uint32Array = new Uint32Array(0);
  importedFunctions = 0;
  /** Whether each global is mutable; imported ones first. */
  readonly globals: boolean[] = [];
  importedGlobals = 0;
  elementSegments = 0;
  /** Data segments as the data count section gives them; -1 without one. */
  dataCount = -1;
  dataSegments = 0;
  /** Bodies in the code section. */
  bodies = 0;
  start: number | undefined;
  readonly customSections: { name: string; offset: number; size: number }[] = [];
  readonly producers: { field: string; name: string; version: string }[] = [];
  readonly cost = new CompileSum();
  readonly burden = new CompileSum();
  readonly calls = new CallGraph();
  code: ByteRange | undefined;
  data: ModuleFacts["data"] = { starts: new Uint32Array(0), ends: new Uint32Array(0) };
  /** The first such segment. */
  misfit: MisfitSegment | undefined;
  readonly debug: DebugState = { links: [] };
  auditable: ByteRange | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.types = new FunctionTypes(bytes, 0);
  }

  get definedFunctions(): number {
    return this.functions.length - this.importedFunctions;
  }

  /** How many things of a kind there are so far. */
  countOf(kind: ExternalKind): number {
    if (kind === "function") return this.functions.length;
    if (kind === "table") return this.tables.length;
    return kind === "memory" ? this.memories.length : this.globals.length;
  }
}
