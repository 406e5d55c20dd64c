/**
 * A home with many installed skills, as installs would have left it, without installing any: artifacts built and signed, extracted files,
 * metadata, index, trust store, statuses and events, all by the library's own writers, none of it synced. The same on every run.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildArtifact } from "palyra-skills/artifact";
import { toHex } from "palyra-skills/encoding";
import type { Call } from "../../packages/palyra/src/call.ts";
import {
  EMPTY_INDEX,
  type InstalledEntry,
  skillsFolder,
  writeIndex,
  writeMetadata,
} from "../../packages/palyra/src/installed/index.ts";
import { newEvent } from "../../packages/palyra/src/journal/index.ts";
import { changeTrust, type Home } from "../../packages/palyra/src/lifecycle/index.ts";
import { nodePlatform } from "../../packages/palyra/src/platform/index.ts";
import { manifestText, RUN_MODULE } from "./manifest.ts";

export interface StoreSpec {
  readonly skills: number;
  /** Bytes of each skill's module; half of them do not deflate. */
  readonly moduleBytes: number;
  readonly assetBytes: number;
}

const SECRET_KEY = new Uint8Array(32).fill(9);
const SIGNED_AT = 1_750_000_000_000;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const sha256 = (bytes: Uint8Array): string => toHex(nodePlatform.sha256().update(bytes).digest());

/** Writes a home with `acme.s00000@1.0.0` and so on, all active, whose publisher is trusted. The folder must be empty. */
export async function forgeStore(home: Home, spec: StoreSpec, call: Call): Promise<void> {
  const folder = skillsFolder(home.places.skillsRoot);
  mkdirSync(folder.root, { recursive: true, mode: 0o700 });
  const key = toHex(await nodePlatform.ed25519.publicKey(SECRET_KEY));
  await changeTrust(home, { do: "add", publisher: "acme", key }, call);
  const entries: InstalledEntry[] = [];
  for (let number = 0; number < spec.skills; number += 1) entries.push(await forgeVersion(home, spec, number));
  writeFileSync(folder.index, writeIndex({ ...EMPTY_INDEX, updatedAt: call.now, entries }), { mode: 0o600 });
  await recordAll(home, entries, call);
}

async function forgeVersion(home: Home, spec: StoreSpec, number: number): Promise<InstalledEntry> {
  const skill_id = `acme.s${String(number).padStart(5, "0")}`;
  const { bytes, artifact } = await buildArtifact(
    {
      manifest: utf8(manifestOf(skill_id)),
      modules: [{ path: "m.wasm", bytes: moduleOf(spec.moduleBytes, number) }],
      assets: [{ path: "notes.md", bytes: utf8(`# ${skill_id}\n`.padEnd(spec.assetBytes, "It says what it is told. ")) }],
      sbom: utf8(JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", version: 1, components: [] })),
      provenance: utf8(
        JSON.stringify({ builder: { id: "https://builds.example/ci" }, subject: [{ name: skill_id, digest: {} }] }),
      ),
      secretKey: SECRET_KEY,
      layout: "namespaced",
      signedAtUnixMs: SIGNED_AT,
    },
    nodePlatform,
  );
  const entry: InstalledEntry = {
    skill_id,
    version: "1.0.0",
    publisher: "acme",
    current: true,
    installed_at_unix_ms: SIGNED_AT,
    artifact_sha256: sha256(bytes),
    payload_sha256: artifact.payloadSha256,
    signature_key_id: artifact.keyId,
    trust_decision: "allowlisted",
    source: { kind: "local_artifact", reference: `/artifacts/${skill_id}.palyra-skill` },
    missing_secrets: [],
  };
  const folder = skillsFolder(home.places.skillsRoot);
  const version = folder.version(skill_id, "1.0.0");
  for (const each of artifact.archive.entries) write(join(version, each.path), each.bytes);
  write(folder.artifact(skill_id, "1.0.0"), bytes);
  write(folder.metadata(skill_id, "1.0.0"), utf8(writeMetadata(entry)));
  return entry;
}

function write(file: string, bytes: Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, bytes, { mode: 0o600 });
}

async function recordAll(home: Home, entries: readonly InstalledEntry[], call: Call): Promise<void> {
  const { audit } = skillsFolder(home.places.skillsRoot);
  const journal = await home.openJournal(home.places.journal, { create: true, auditFile: audit });
  try {
    await journal.transaction((writer) => {
      for (const { skill_id, version, publisher, artifact_sha256, payload_sha256 } of entries) {
        const row = { skill_id, version, status: "active", reason: null, detected_at_ms: call.now };
        writer.putStatus({ ...row, operator_principal: call.principal }, call.now);
        const payload = { skill_id, version, publisher, artifact_sha256, payload_sha256, previous_version: null };
        writer.append(newEvent(home.newUlid(call.now), call, "skill.installed", payload));
      }
    });
  } finally {
    await journal.close();
  }
}

const manifestOf = (skillId: string): string =>
  manifestText({
    id: skillId,
    more: `[operator]\ndisplay_name = "Skill"\nsummary = "Skill"\n[operator.plugin]\ndefault_module_path = "modules/m.wasm"\ndefault_entrypoint = "run"`,
  });

/** With a custom section that makes it as long as it is to be. */
function moduleOf(length: number, seed: number): Uint8Array {
  const room = Math.max(0, length - RUN_MODULE.length - 8);
  const content = new Uint8Array(room);
  let state = seed + 1;
  for (let at = 0; at < room; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    content[at] = at % 2 === 0 ? state >>> 24 : 0x61;
  }
  // A name of one byte, `x`; the size as an unsigned LEB128 of five bytes.
  const size = room + 2;
  const leb = [0, 7, 14, 21, 28].map((shift) => ((size >>> shift) & 0x7f) | (shift < 28 ? 0x80 : 0));
  return Buffer.concat([RUN_MODULE, Buffer.from([0, ...leb, 1, 0x78]), content]);
}
