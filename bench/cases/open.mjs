// Opening an artifact over the serial floor: inflate, CRC and the two SHA-256 passes over the same bytes, on one thread. The floor
// keeps the contents as opening does: fresh pages for them are part of either.

import { spawnSync } from "node:child_process";
import { createHash, createPublicKey, verify as verifySignature } from "node:crypto";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { crc32, inflateRawSync } from "node:zlib";
import { nodePlatform } from "palyra";
import { buildArtifact, openArtifact } from "palyra-skills";
import { buildInput, compressible, modules } from "../inputs.mjs";
import { pairs } from "../measure.mjs";

const MEBI = 1024 * 1024;

/** 28 MB of entries: real modules and text-like assets. */
async function largeArtifact() {
  const assets = [0, 1, 2, 3].map((n) => ({ path: `data-${n}.bin`, bytes: compressible(2.75 * MEBI, n + 1) }));
  const { bytes } = await buildArtifact(
    buildInput(
      modules.map(({ bytes }, n) => ({ path: `m${n}.wasm`, bytes })),
      assets,
    ),
    nodePlatform,
  );
  return bytes;
}

/** A skill of one tool, as small ones are: some 2 KB. */
const SMALL_MANIFEST = `manifest_version = 2
skill_id = "acme.small"
name = "Small"
version = "1.0.0"
publisher = "acme"

[[entrypoints.tools]]
id = "acme.small.run"
name = "run"
description = "Takes a text and gives back another one."
input_schema = { type = "object", required = ["text"], properties = { text = { type = "string" } } }
output_schema = { type = "object", properties = { text = { type = "string" } } }
risk = { default_sensitive = false, requires_approval = true }

[capabilities.filesystem]
read_roots = ["data"]

[capabilities]
http_egress_allowlist = ["api.example.com"]

[capabilities.quotas]
fuel_budget = 5000000

[compat]
required_protocol_major = 1
min_palyra_version = "0.1.0"
`;

/** The same module under a manifest of 1 KB, and under the example's of 3 KB, whose parsing takes more than the rest. */
async function smallArtifacts() {
  const input = buildInput([{ path: "m.wasm", bytes: new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]) }]);
  const built = (input) => buildArtifact(input, nodePlatform);
  return {
    small: (await built({ ...input, manifest: new TextEncoder().encode(SMALL_MANIFEST) })).bytes,
    wordy: (await built(input)).bytes,
  };
}

/** The compressed entries, found once and outside of what is timed. */
async function compressedEntries(bytes) {
  const { archive } = await openArtifact(bytes, nodePlatform);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = [];
  for (let at = 0; view.getUint32(at, true) === 0x04034b50; ) {
    const [size, name, extra] = [view.getUint32(at + 18, true), view.getUint16(at + 26, true), view.getUint16(at + 28, true)];
    const start = at + 30 + name + extra;
    const path = Buffer.from(bytes.subarray(at + 30, at + 30 + name)).toString("utf8");
    entries.push({
      deflated: bytes.subarray(start, start + size),
      method: view.getUint16(at + 8, true),
      size: archive.get(path).bytes.length,
    });
    at = start + size;
  }
  return entries;
}

function serialFloor(entries) {
  const payload = createHash("sha256");
  const contents = [];
  let crc = 0;
  for (const { deflated, method, size } of entries) {
    const content =
      method === 0
        ? deflated
        : inflateRawSync(deflated, { maxOutputLength: Math.max(size, 1), chunkSize: Math.max(size + 1, 64) });
    contents.push(content);
    crc ^= crc32(content);
    createHash("sha256").update(content).digest();
    payload.update(content);
  }
  return [contents, crc, payload.digest()];
}

export async function run() {
  const rows = [];
  const large = await largeArtifact();
  const entries = await compressedEntries(large);
  const onOneCore = process.argv.includes("--one-core");
  const result = await pairs(
    () => openArtifact(large, nodePlatform),
    () => serialFloor(entries),
    // A call's time wanders by a tenth, and the limit on one core is 7 % away: the median of 31 pairs stays within 2 %.
    { clean: true, ...(onOneCore ? { samples: 31, clock: "processor" } : { samples: 11 }) },
  );
  rows.push({
    what: `open, ${Math.round(entries.reduce((sum, { size }) => sum + size, 0) / 1e6)} MB of entries, ${onOneCore ? "one core, processor time" : `${cpus().length} cores`}`,
    floor: "inflate, CRC, 2 x SHA-256, serial",
    ...result,
    limit: onOneCore ? 1.1 : 0.75,
  });
  if (onOneCore) return rows;
  rows.push(...runOnOneCore());

  const { small, wordy } = await smallArtifacts();
  rows.push({ ...(await smallRow(small)), limit: 3 }, await smallRow(wordy));
  rows.push(memoryRow(large, entries));
  return rows;
}

/** Warm, and over the same floor with one verification of the signature. */
async function smallRow(artifact) {
  const entries = await compressedEntries(artifact);
  const { archive, signature, publicKey, payloadSha256 } = await openArtifact(artifact, nodePlatform);
  const key = createPublicKey({
    key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), publicKey]),
    format: "der",
    type: "spki",
  });
  const signed = Buffer.from(signature.signature_base64, "base64");
  const message = Buffer.from(payloadSha256);
  const floor = () => {
    serialFloor(entries);
    verifySignature(null, message, key, signed);
  };
  const manifest = archive.get("skill.toml").bytes.length;
  return {
    what: `open, artifact of ${artifact.length} bytes (manifest of ${manifest}), warm`,
    floor: "the same and one Ed25519 verification",
    ...(await pairs(() => openArtifact(artifact, nodePlatform), floor, { samples: 31, inner: 50, warmup: 20 })),
  };
}

/** The same on one core, where the system can say so. */
function runOnOneCore() {
  const child = spawnSync("taskset", ["-c", "0", process.execPath, fileURLToPath(import.meta.url), "--one-core"], {
    encoding: "utf8",
  });
  if (child.status !== 0)
    return [
      {
        what: "open on one core",
        floor: "",
        skipped: child.error?.code === "ENOENT" ? "no taskset on this machine" : child.stderr.trim(),
      },
    ];
  return JSON.parse(child.stdout);
}

/** Peak resident memory of a process that opens the artifact, against artifact + 2 x entries + 80 MB. */
function memoryRow(large, entries) {
  const script = `
    import { openArtifact } from "palyra-skills";
    import { nodePlatform } from "palyra";
    const chunks = [];
    for await (const chunk of process.stdin) chunks.push(chunk);
    const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks.splice(0)) { bytes.set(chunk, at); at += chunk.length; }
    globalThis.gc();
    const before = process.memoryUsage().rss;
    await openArtifact(bytes, nodePlatform);
    process.stdout.write(JSON.stringify({ before, peak: process.resourceUsage().maxRSS * 1024 }));
  `;
  const child = spawnSync(process.execPath, ["--expose-gc", "--input-type=module", "-e", script], {
    input: large,
    encoding: "utf8",
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
  });
  const { peak } = JSON.parse(child.stdout);
  const bound = large.length + 2 * entries.reduce((sum, { size }) => sum + size, 0) + 80 * MEBI;
  return {
    what: "peak memory of opening it, whole process",
    floor: "artifact + 2 x entries + 80 MB",
    value: `${Math.round(peak / MEBI)} MB of ${Math.round(bound / MEBI)} MB`,
    ratio: peak / bound,
    limit: 1,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(JSON.stringify(await run()));
