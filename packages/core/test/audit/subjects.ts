import { type ArchiveEntry, LAYOUTS } from "../../src/archive/index.ts";
import { DEFAULT_POLICY, NO_FEED, type SubjectTexts, textsOf } from "../../src/audit/index.ts";
import { locksOf } from "../../src/audit/locks.ts";
import type { AuditPolicy } from "../../src/audit/report.ts";
import type { AuditSubject, ModuleSubject, ReadModule } from "../../src/audit/subject.ts";
import { type JsonObjectNode, parseJson } from "../../src/encoding/index.ts";
import type { Capabilities, Manifest, Plugin, Tool } from "../../src/manifest/manifest.ts";
import type { FunctionType, ImportReach, ModuleFacts } from "../../src/wasm/facts.ts";

/** Hand-made subjects: what rules see, with only that filled in which a test is about. */

export interface ManifestParts {
  readonly skill_id?: string;
  readonly publisher?: string;
  readonly tools?: readonly string[];
  readonly capabilities?: Partial<Capabilities>;
  readonly max_memory_bytes?: bigint;
  readonly plugin?: Plugin;
}

export function manifest(parts: ManifestParts = {}): Manifest {
  return {
    manifest_version: 2,
    skill_id: parts.skill_id ?? "acme.echo",
    name: "Echo",
    version: "1.0.0",
    publisher: parts.publisher ?? "acme",
    entrypoints: { tools: (parts.tools ?? ["acme.echo"]).map(tool) },
    capabilities: {
      filesystem: { read_roots: [], write_roots: [] },
      http_egress_allowlist: [],
      secrets: [],
      device_capabilities: [],
      node_capabilities: [],
      quotas: {
        wall_clock_timeout_ms: 30_000n,
        fuel_budget: 10_000_000n,
        max_memory_bytes: parts.max_memory_bytes ?? 67_108_864n,
      },
      wildcard_opt_in: { filesystem: false, http_egress: false, secrets: false, device: false, node: false },
      ...parts.capabilities,
    },
    compat: { required_protocol_major: 1, min_palyra_version: "0.1.0" },
    integrity: { files: [] },
    operator: { categories: [], tags: [], plugin: parts.plugin ?? {} },
  };
}

function tool(id: string): Tool {
  const schema = { type: "object" };
  const risk = { default_sensitive: false, requires_approval: false };
  return { id, name: id, description: id, input_schema: schema, output_schema: schema, risk };
}

function facts(parts: Partial<ModuleFacts> = {}): ModuleFacts {
  return {
    size: 100,
    imports: [],
    exports: [],
    exportedFunctions: 0,
    definedFunctions: 0,
    types: { count: 0, values: 0 },
    memories: [],
    tables: [],
    features: new Map(),
    cost: { module: 0, worstFunction: 0, worstFunctionIndex: 0, worstFunctionOffset: 0 },
    burden: { module: 0, worstFunction: 0, worstFunctionIndex: 0, worstFunctionOffset: 0 },
    customSections: [],
    producers: [],
    data: { starts: new Uint32Array(0), ends: new Uint32Array(0) },
    importsInTables: [],
    debug: { links: [] },
    ...parts,
  };
}

export function readModule(path: string, parts: Partial<ModuleFacts> = {}, more: Partial<ReadModule> = {}): ReadModule {
  return {
    path,
    size: 100,
    state: "read",
    facts: facts(parts),
    artifact: { cost: 0, burden: 0 },
    types: "checked",
    missing: [],
    reach: { fromExports: everything(parts), fromEntry: everything(parts) },
    ...more,
  };
}

/** Every import can be called. */
const everything = ({ imports = [] }: Partial<ModuleFacts>): ImportReach => ({
  imports: new Set(imports.keys()),
  paths: new Map(),
});

export type ExportedFunction = readonly [name: string, type: FunctionType];

/** Exports of functions, by name and type. */
export const functions = (...exported: readonly ExportedFunction[]): Pick<ModuleFacts, "exports" | "exportedFunctions"> => ({
  exports: exported.map(([name, type], index) => ({ name, kind: "function", index, offset: 40 + index, type })),
  exportedFunctions: exported.length,
});

export const COMMAND: FunctionType = { params: [], results: [] };
export const EXIT_CODE: FunctionType = { params: [], results: ["i32"] };

export interface SubjectParts extends ManifestParts {
  readonly modules?: readonly ModuleSubject[];
  readonly policy?: Partial<AuditPolicy>;
  readonly files?: readonly ArchiveEntry[];
  readonly texts?: SubjectTexts;
  readonly sbom?: object;
  readonly provenance?: object;
}

function jsonObject(value: object): JsonObjectNode {
  const node = parseJson(JSON.stringify(value));
  if (node.kind !== "object") throw new TypeError("not an object");
  return node;
}

export function subject(parts: SubjectParts = {}): AuditSubject {
  const files = parts.files ?? [];
  const modules = parts.modules ?? [readModule("modules/echo.wasm", functions(["run", EXIT_CODE]))];
  return {
    manifest: manifest(parts),
    warnings: [],
    files,
    texts: parts.texts ?? textsOf(manifest(parts), files),
    layout: LAYOUTS.namespaced,
    sbom: jsonObject(parts.sbom ?? { bomFormat: "CycloneDX", specVersion: "1.5" }),
    provenance: jsonObject(parts.provenance ?? { subject: [{ name: "modules/echo.wasm" }], builder: {} }),
    modules,
    traces: [],
    locks: locksOf(files, [], modules),
    beside: [],
    attestations: [],
    policy: { ...DEFAULT_POLICY, ...parts.policy },
    feed: NO_FEED,
    engine: "Node 20.20.2",
  };
}
