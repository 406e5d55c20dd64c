import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { buildArtifact } from "palyra-skills/artifact";
import { toHex } from "palyra-skills/encoding";
import { type ManifestSpec, manifestText, RUN_MODULE } from "../../../../testing/forge/manifest.ts";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { readIndex } from "../../src/installed/index.ts";
import { acceptHead } from "../../src/journal/index.ts";
import { type Home, type InstallOutcome, type InstallRequest, installSkill } from "../../src/lifecycle/index.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { trustFiles } from "../../src/trust/index.ts";
import { homeIn, installRequest, newCall, reauditRequest } from "./parts.ts";

export { homeIn, installRequest, newCall, reauditRequest };

export const temporaryFolder = (): string => scratchFolder("lifecycle");
export const newHome = (): Home => homeIn(temporaryFolder());

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

export interface SkillSpec extends Omit<ManifestSpec, "more"> {
  /** The signing key: 32 times this byte. */
  readonly key?: number;
  readonly extra?: string;
  /** Its one module; one whose `run` returns 0 where absent. */
  readonly module?: Uint8Array;
  readonly assets?: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  /** Of the SBOM. */
  readonly components?: readonly object[];
}

/** Builds a small skill. */
export async function skillBytes(spec: SkillSpec = {}): Promise<Uint8Array> {
  const { publisher = "acme", version = "1.0.0", key = 1, extra = "", assets = [], module = RUN_MODULE, ...others } = spec;
  const id = spec.id ?? `${publisher}.echo`;
  const manifest = manifestText({
    quotas: "wall_clock_timeout_ms = 1500\nfuel_budget = 400000\nmax_memory_bytes = 1048576",
    ...others,
    ...{ publisher, version, id },
    more: `[operator]\ndisplay_name = "Echo"\nsummary = "Echo"\n[operator.plugin]\ndefault_module_path = "modules/module.wasm"\ndefault_entrypoint = "run"\n${extra}`,
  });
  const { bytes } = await buildArtifact(
    {
      manifest: new TextEncoder().encode(manifest),
      modules: [{ path: "module.wasm", bytes: module }],
      assets,
      sbom: json({
        bomFormat: "CycloneDX",
        specVersion: "1.6",
        version: 1,
        metadata: { component: { type: "application", name: id, version } },
        components: spec.components ?? [],
      }),
      provenance: json({
        builder: { id: "https://builds.example/ci" },
        subject: [{ name: "modules/module.wasm", digest: { sha256: sha256(module) } }],
      }),
      layout: "flat",
      secretKey: new Uint8Array(32).fill(key),
      signedAtUnixMs: 1_750_000_000_000,
    },
    nodePlatform,
  );
  return bytes;
}

export const sha256 = (bytes: Uint8Array): string => toHex(nodePlatform.sha256().update(bytes).digest());

export const publicKeyOf = async (key: number): Promise<string> =>
  toHex(await nodePlatform.ed25519.publicKey(new Uint8Array(32).fill(key)));

let files = 0;
export async function skillFile(folder: string, spec: SkillSpec = {}): Promise<string> {
  files += 1;
  const file = join(folder, `artifact-${files}.palyra-skill`);
  writeFileSync(file, await skillBytes(spec));
  return file;
}

/** Builds and installs in one go. */
export async function install(home: Home, spec: SkillSpec = {}, more: Partial<InstallRequest> = {}): Promise<InstallOutcome> {
  const file = await skillFile(temporaryFolder(), spec);
  return installSkill(home, installRequest(file, more), newCall(), async () => {});
}

/** Everything that can be seen of a home: files with their contents, statuses, events; not what changes from run to run. */
export async function stateOf(home: Home) {
  const { skillsRoot, trustStore } = home.places;
  const index = await readIndex(skillsRoot);
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    const status = await journal?.statuses();
    const events = (await journal?.events({ last: 1000 })) ?? [];
    return {
      index: index.entries.map((entry) => `${entry.skill_id}@${entry.version}${entry.current ? "*" : ""}`),
      folders: treeOf(skillsRoot).filter((file) => file.includes("/")),
      trust: existsSync(trustStore) ? readFileSync(trustStore, "utf8") : null,
      constraints: existsSync(trustFiles(trustStore).constraints)
        ? readFileSync(trustFiles(trustStore).constraints, "utf8")
        : null,
      statuses: index.entries.map((entry) => status?.(entry.skill_id, entry.version).status),
      events: events.map((event) => event.kind),
      audit: auditKinds(home),
    };
  } finally {
    await journal?.close();
  }
}

/** Keeps the head of a home's journal as it is now, as if somebody had answered for it. */
export async function acceptHere(home: Home): Promise<void> {
  const journal = await home.openJournal(home.places.journal, { create: false });
  if (journal === undefined) return;
  try {
    await acceptHead(home.records, home.places.journal, await journal.head());
  } finally {
    await journal.close();
  }
}

/** Every file below a folder, `/` between names. */
export function treeOf(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split("\\").join("/"))
    .sort();
}

export function auditKinds(home: Home): readonly string[] {
  const file = join(home.places.skillsRoot, "audit.ndjson");
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => String(JSON.parse(line).event_kind));
}
