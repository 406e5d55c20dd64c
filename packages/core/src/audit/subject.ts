import type { ArchiveEntry, Layout } from "../archive/index.ts";
import type { JsonObjectNode } from "../encoding/index.ts";
import type { Manifest, ManifestWarning } from "../manifest/index.ts";
import type { LockFile, SbomValidity } from "../supplychain/index.ts";
import type { DenseRun, Traces } from "../text/secrets/index.ts";
import type { Dependency, Feature, ModuleFacts } from "../wasm/index.ts";
import type { AttestationState } from "./attestations.ts";
import type { ArtifactCost } from "./cost.ts";
import type { FeedState } from "./feed.ts";
import type { ModuleReach } from "./reach.ts";
import type { AuditPolicy } from "./report.ts";
import type { SubjectTexts } from "./texts/texts.ts";
import type { Update } from "./update.ts";

/**
 * What rules see: plain data, made once for each audit. Everything that takes time or a port (reading modules, asking
 * the engine) has happened by then, so a rule is a pure function and a test can write its subject by hand.
 */
export interface AuditSubject {
  readonly manifest: Manifest;
  readonly warnings: readonly ManifestWarning[];
  /** All entries, ascending by path, with their bytes and digests. */
  readonly files: readonly ArchiveEntry[];
  /** Where the SBOM, the provenance and the signature document lie. */
  readonly layout: Layout;
  /** The two documents as they were parsed, with positions. */
  readonly sbom: JsonObjectNode;
  readonly provenance: JsonObjectNode;
  /** What the schema of its version says of the SBOM; absent where nobody asked. */
  readonly sbomValidity?: SbomValidity;
  /** `modules/**.wasm`, in path order. */
  readonly modules: readonly ModuleSubject[];
  /** Attestations among the assets, in path order. */
  readonly attestations: readonly AttestationState[];
  /** What says what it was built from. */
  readonly locks: readonly LockFile[];
  /** Lock files of the sources, where a folder of them is what is audited. */
  readonly beside: readonly SourceText[];
  /** The words that a model may read. */
  readonly texts: SubjectTexts;
  /** What a look at the bytes of each file found. */
  readonly traces: readonly FileTraces[];
  /** Absent: it updates nothing. */
  readonly update?: Update;
  readonly policy: AuditPolicy;
  readonly feed: FeedState;
  /** The engine that was asked, for messages: `Node 20.20.2`. */
  readonly engine: string;
}

/** A file beside the manifest in a folder of sources, by its path there. */
export interface SourceText {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What a look at the bytes of one file found, whatever the file is. */
export interface FileTraces extends Traces {
  readonly path: string;
  /** Of a module: parts of its data that are dense, or in base 64. */
  readonly dense: readonly DenseRun[];
}

export type ModuleSubject = OversizedModule | InvalidModule | ReadModule;

interface ModuleFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** Over `max_module_bytes`: nothing of it has been looked at (spec 4.3). */
export interface OversizedModule extends ModuleFile {
  readonly state: "oversized";
}

/** Not WebAssembly as spec 4.5 accepts it. */
export interface InvalidModule extends ModuleFile {
  readonly state: "invalid";
  readonly problem: string;
  /** Bytes from the start of the module; absent where the engine, which gives no place, said no. */
  readonly offset?: number;
  /** The refused feature that it uses. */
  readonly feature?: string;
}

/** A module whose structure and features are in order. */
export interface ReadModule extends ModuleFile {
  readonly state: "read";
  readonly facts: ModuleFacts;
  /** What it costs to compile together with the modules before it that the engine was shown. */
  readonly artifact: Pick<ArtifactCost, "cost" | "burden">;
  /** Whether the engine has checked the types; if not, why it was not asked or could not tell (spec 4.5). */
  readonly types: "checked" | "over_compile_cost" | "engine_lacks_feature";
  /** Features that the module uses and this engine does not have. */
  readonly missing: readonly Feature[];
  readonly reach: ModuleReach;
  /** What `.dep-v0` of an auditable Rust build lists; absent where there is none, or none that can be read. */
  readonly dependencies?: readonly Dependency[];
  readonly dependencyProblem?: string;
}
