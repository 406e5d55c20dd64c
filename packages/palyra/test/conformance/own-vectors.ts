/**
 * Makes the vectors that come with this package (`packages/palyra/vectors`). Verdicts and codes are written here by hand, from the
 * clauses that they name; what an accepted one contains is taken from our own answers and frozen by being committed.
 */
import { LAYOUTS, type LayoutName, MANIFEST_PATH, writeArchive } from "palyra-skills/archive";
import { buildArtifact, openArtifact } from "palyra-skills/artifact";
import { encodeUtf8, type JsonObject, type JsonValue, writeJson } from "palyra-skills/encoding";
import { asObject, isList, member } from "../../src/conformance/compare.ts";
import { answerTo } from "../../src/conformance/serve.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { SANDBOX } from "./own-sandbox.ts";
import {
  base64,
  COMPAT,
  head,
  IMPORT_MODULE,
  KEYS,
  key,
  MANIFESTS,
  manifest,
  NO_MODULE,
  RICH,
  RUN_MODULE,
} from "./own-sources.ts";

/** Content by path below the folder of vectors. */
export type VectorFiles = Map<string, Uint8Array>;

const platform = nodePlatform;
const SIGNED_AT = 1_767_225_600_000;
const ask = (op: string, request: JsonObject): Promise<JsonObject> =>
  answerTo(encodeUtf8(writeJson({ op, ...request })), { platform, now: () => SIGNED_AT });

const publicKey = async (byte: number): Promise<string> =>
  Buffer.from(await platform.ed25519.publicKey(key(byte))).toString("hex");

/** All files, `expected.json` of each area included. */
export async function makeVectors(): Promise<VectorFiles> {
  const files: VectorFiles = new Map();
  await makeManifests(files);
  await makeArtifacts(files);
  await makeAudits(files);
  await makeTrust(files);
  await makeKeys(files);
  await makeBuilds(files);
  await makeSandbox(files);
  return files;
}

function putExpected(files: VectorFiles, area: string, expected: Readonly<Record<string, JsonValue>>): void {
  files.set(`${area}/expected.json`, encodeUtf8(`${writeJson(marked(expected), { indent: 2 })}\n`));
}

/** Integers that a double cannot hold, as the format marks them. */
function marked(value: JsonValue): JsonValue {
  if (typeof value === "bigint") return { $int: value.toString() };
  if (isList(value)) return value.map(marked);
  const members = asObject(value);
  if (members === undefined) return value;
  return Object.fromEntries(Object.entries(members).map(([name, each]) => [name, each === undefined ? null : marked(each)]));
}

function refusedAs(name: string): JsonObject {
  return { ok: false, code: /^reject\/([A-Za-z]+)--/.exec(name)?.[1] ?? "" };
}

async function makeManifests(files: VectorFiles): Promise<void> {
  const expected: Record<string, JsonValue> = {};
  for (const [name, toml] of MANIFESTS) {
    const file = `${name}.toml`;
    files.set(`manifest/${file}`, encodeUtf8(toml));
    if (name.startsWith("reject/")) expected[file] = refusedAs(name);
    else {
      const { manifest: document, grants, bindings, review, warnings } = await ask("manifest", { toml });
      expected[file] = some({
        ok: true,
        manifest: document,
        capability_grants: grants,
        policy_bindings: bindings,
        requires_review: review,
        warnings,
      });
    }
  }
  putExpected(files, "manifest", expected);
}

function some(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, value ?? null]));
}

interface Packed {
  readonly toml?: string;
  readonly module?: Uint8Array;
  readonly layout?: LayoutName;
  readonly signer?: number;
}
const SBOM = encodeUtf8(
  '{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"acme.echo","version":"1.0.0"}}}',
);
const provenanceOf = (module: Uint8Array): Uint8Array => {
  const sha256 = Buffer.from(platform.sha256().update(module).digest()).toString("hex");
  return encodeUtf8(
    writeJson({ builder: { id: "urn:vectors" }, subject: [{ name: "modules/module.wasm", digest: { sha256 } }] }),
  );
};

async function pack({
  toml = manifest(),
  module = RUN_MODULE,
  layout = "namespaced",
  signer = 7,
}: Packed = {}): Promise<Uint8Array> {
  const built = await buildArtifact(
    {
      manifest: encodeUtf8(toml),
      modules: [{ path: "module.wasm", bytes: module }],
      assets: [{ path: "guide.txt", bytes: encodeUtf8("a guide\n") }],
      sbom: SBOM,
      provenance: provenanceOf(module),
      secretKey: key(signer),
      layout,
      signedAtUnixMs: SIGNED_AT,
    },
    platform,
  );
  return built.bytes;
}

/** The same artifact with entries changed (null takes one out), and its signature document left as it is. */
async function repack(bytes: Uint8Array, change: (path: string, content: Uint8Array) => Uint8Array | null): Promise<Uint8Array> {
  const { archive } = await openArtifact(bytes, platform);
  const entries = archive.entries.flatMap(({ path, bytes: content }) => {
    const changed = change(path, content);
    return changed === null ? [] : [{ path, bytes: changed }];
  });
  return writeArchive(entries);
}

const replaced = (path: string, text: string) => (each: string, content: Uint8Array) =>
  each === path ? encodeUtf8(text) : content;
const edited = (path: string, from: string, to: string) => (each: string, content: Uint8Array) =>
  each === path ? encodeUtf8(Buffer.from(content).toString().replace(from, to)) : content;
const removed = (path: string) => (each: string, content: Uint8Array) => (each === path ? null : content);

async function makeArtifacts(files: VectorFiles): Promise<void> {
  const good = await pack();
  const { signature, sbom, provenance } = LAYOUTS.namespaced;
  const last = good.length - 1;
  const artifacts: Record<string, Uint8Array> = {
    "accept/namespaced": good,
    "accept/flat": await pack({ layout: "flat" }),
    "accept/rich": await pack({ toml: manifest({ more: RICH }) }),
    "reject/Zip--byte-before": Uint8Array.from([0, ...good]),
    "reject/Zip--byte-after": Uint8Array.from([...good, 0]),
    "reject/Zip--last-byte-missing": good.slice(0, last),
    "reject/Zip--empty": new Uint8Array(),
    "reject/Zip--comment": Uint8Array.from([...good.slice(0, last - 1), 1, 0, 0x78]),
    "reject/MissingArtifactEntry--manifest": await repack(good, removed(MANIFEST_PATH)),
    "reject/MissingArtifactEntry--module": await repack(good, removed("modules/module.wasm")),
    "reject/MissingArtifactEntry--sbom": await repack(good, removed(sbom)),
    "reject/ManifestParse--manifest": await repack(good, replaced(MANIFEST_PATH, "=")),
    "reject/InvalidSbom--another-format": await repack(good, replaced(sbom, '{"bomFormat":"SPDX","specVersion":"1"}')),
    "reject/InvalidProvenance--no-subject": await repack(good, replaced(provenance, '{"builder":{},"subject":[]}')),
    "reject/Serialization--unknown-field": await repack(good, edited(signature, "{", '{"more":1,')),
    "reject/PayloadHashMismatch--asset-changed": await repack(good, replaced("assets/guide.txt", "another guide\n")),
    "reject/SignatureVerificationFailed--another-publisher": await repack(good, edited(signature, '"acme"', '"globex"')),
    "reject/SignatureVerificationFailed--another-algorithm": await repack(good, edited(signature, "ed25519-sha256", "ed25519")),
  };
  const expected: Record<string, JsonValue> = {};
  for (const [name, bytes] of Object.entries(artifacts)) {
    const file = `${name}.palyra-skill`;
    files.set(`artifact/${file}`, bytes);
    expected[file] = name.startsWith("reject/") ? refusedAs(name) : await acceptedArtifact(base64(bytes));
  }
  putExpected(files, "artifact", expected);
}

async function acceptedArtifact(bytes: string): Promise<JsonObject> {
  const inspected = await ask("inspect", { bytes });
  const { report } = await ask("verify", { bytes, allow_tofu: true });
  const { entries } = await ask("archive", { bytes });
  const [document, signature] = [asObject(inspected["manifest"]), asObject(inspected["signature"])];
  const warnings = inspected["manifest_warnings"];
  return some({
    ok: true,
    made_by: "palyra-skills",
    layout: inspected["layout"],
    payload_sha256: inspected["payload_sha256"],
    key_id: member(signature, "key_id"),
    publisher: member(document, "publisher"),
    skill_id: member(document, "skill_id"),
    version: member(document, "version"),
    signed_at_unix_ms: member(signature, "signed_at_unix_ms"),
    entries,
    warnings: isList(warnings) ? warnings.map((warning) => member(asObject(warning), "code") ?? null) : null,
    verification: report === undefined ? null : withoutFree(report),
  });
}

/** Times and words are each implementation's own. */
function withoutFree(value: JsonValue): JsonValue {
  if (isList(value)) return value.map(withoutFree);
  const members = asObject(value);
  if (members === undefined) return value;
  const kept = Object.entries(members).filter(
    ([name]) => !["message", "verified_at_unix_ms", "generated_at_unix_ms"].includes(name),
  );
  return Object.fromEntries(kept.map(([name, each]) => [name, each === undefined ? null : withoutFree(each)]));
}

/** Checks of spec 4.3, which every implementation has. */
const LAST_OF_PALYRA = "vulnerability_feed_hook";

async function makeAudits(files: VectorFiles): Promise<void> {
  const cases: readonly (readonly [name: string, packed: Packed, policy: JsonObject, topic?: string])[] = [
    ["plain", {}, {}],
    ["rich", { toml: manifest({ more: RICH }) }, {}],
    ["module-over-the-limit", {}, { max_module_bytes: RUN_MODULE.length - 1 }],
    ["module-at-the-limit", {}, { max_module_bytes: RUN_MODULE.length }],
    ["too-many-functions", {}, { max_exported_functions: 0 }],
    ["text-format", { module: NO_MODULE }, {}],
    ["import-of-nobody", { module: IMPORT_MODULE }, {}, "imports"],
    ["id-outside-the-publisher", { toml: manifest({ head: head('"acme.echo"', '"globex.echo"') }) }, {}, "skill_id_namespace"],
    ["device", { toml: manifest({ more: '[capabilities]\ndevice_capabilities = ["camera"]\n' }) }, {}],
    [
      "device-allowed",
      { toml: manifest({ more: '[capabilities]\ndevice_capabilities = ["camera"]\n' }) },
      { allow_device_capabilities: true },
    ],
  ];
  const expected: Record<string, JsonValue> = {};
  for (const [name, packed, policy, topic] of cases) {
    const bytes = await pack(packed);
    files.set(`audit/${name}.palyra-skill`, bytes);
    const asked = { ...policy, checks: { tool_entry_points: "off" } };
    const answer = await ask("audit", { bytes: base64(bytes), policy: asked, hook: null, trust: null, allow_tofu: true });
    const report = asObject(withoutFree(answer["report"] ?? null)) ?? {};
    const checks = isList(report["checks"]) ? report["checks"] : [];
    const own = checks.slice(0, checks.findIndex((check) => member(asObject(check), "check_id") === LAST_OF_PALYRA) + 1);
    const failed = own.filter((check) => member(asObject(check), "status") === "fail").length;
    const { checks: _, ...used } = asObject(report["policy"]) ?? {};
    const verdict = { passed: failed === 0, should_quarantine: failed > 0, quarantine_reasons: failed };
    const ours = topic === undefined ? {} : { ours: { clause: "4.4", adds: [topic], passed: false } };
    expected[name] = {
      artifact: `audit/${name}.palyra-skill`,
      policy,
      hook: null,
      report: { ...report, ...verdict, policy: used, checks: own },
      ...ours,
    };
  }
  putExpected(files, "audit", expected);
}

async function makeTrust(files: VectorFiles): Promise<void> {
  files.set("trust/acme.palyra-skill", await pack());
  files.set("trust/acme-other-key.palyra-skill", await pack({ signer: 8 }));
  const [known, other] = [await publicKey(7), await publicKey(8)];
  const none = { trusted_publishers: {}, tofu_publishers: {} };
  const pinned = { trusted_publishers: {}, tofu_publishers: { acme: known } };
  const listed = { trusted_publishers: { acme: [other] }, tofu_publishers: { acme: known } };
  const step = (artifact: string, allow_tofu: boolean, store_after: JsonObject, verdict: JsonObject): JsonObject => ({
    artifact: `trust/${artifact}.palyra-skill`,
    allow_tofu,
    ...verdict,
    store_after,
  });
  const ok = (trust_decision: string): JsonObject => ({ ok: true, trust_decision });
  const refused = (code: string): JsonObject => ({ ok: false, code });
  const stores: Record<string, string> = {
    pinned: `{"tofu_publishers":{"acme":"${known.toUpperCase()}"}}`,
    listed: writeJson(listed),
    "repeated-publisher": `{"tofu_publishers":{"acme":"${known}","acme":"${other}"}}`,
    "another-key": '{"more":{}}',
    "short-key": '{"tofu_publishers":{"acme":"00"}}',
    "no-keys": '{"trusted_publishers":{"acme":[]}}',
  };
  for (const [name, store] of Object.entries(stores)) files.set(`trust/stores/${name}.json`, encodeUtf8(store));
  const broken = (name: string): JsonObject => ({ store: `stores/${name}.json`, load: refused("Serialization"), steps: [] });
  putExpected(files, "trust", {
    "first-use": {
      store: null,
      load: { ok: true, store: none },
      steps: [
        step("acme", false, none, refused("UntrustedPublisher")),
        step("acme", true, pinned, ok("tofu_newly_pinned")),
        step("acme", false, pinned, ok("tofu_pinned")),
        step("acme-other-key", true, pinned, refused("TofuKeyMismatch")),
      ],
    },
    pinned: {
      store: "stores/pinned.json",
      load: { ok: true, store: pinned },
      steps: [step("acme", false, pinned, ok("tofu_pinned"))],
    },
    "allowlist-beats-pin": {
      store: "stores/listed.json",
      load: { ok: true, store: listed },
      steps: [
        step("acme", true, listed, refused("TrustedPublisherKeyMismatch")),
        step("acme-other-key", false, listed, ok("allowlisted")),
      ],
    },
    "repeated-publisher": broken("repeated-publisher"),
    "another-key": broken("another-key"),
    "short-key": broken("short-key"),
    "no-keys": broken("no-keys"),
  });
}

async function makeKeys(files: VectorFiles): Promise<void> {
  const expected: Record<string, JsonValue> = {};
  for (const [name, input, refusedLength] of KEYS) {
    const accepted = async (): Promise<JsonObject> =>
      some({ ok: true, key: (await ask("key", { bytes: base64(input) }))["key"] });
    const verdict =
      refusedLength === undefined ? await accepted() : { ok: false, code: "InvalidSigningKeyLength", actual: refusedLength };
    expected[name] = { input_base64: base64(input), ...verdict };
  }
  putExpected(files, "keys", expected);
}

async function makeSandbox(files: VectorFiles): Promise<void> {
  const expected: Record<string, JsonValue> = {};
  for (const [name, [module, vector]] of Object.entries(SANDBOX)) {
    files.set(`sandbox/modules/${name}.wasm`, await module);
    expected[name] = vector;
  }
  putExpected(files, "sandbox", expected);
}

async function makeBuilds(files: VectorFiles): Promise<void> {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
  const module = { path: "module.wasm", base64: base64(RUN_MODULE) };
  const asset = (path: string): JsonObject => ({ path, base64: base64(encodeUtf8("x")) });
  const base = { toml: manifest(), modules: [module], assets: [], sbom: text(SBOM), provenance: text(provenanceOf(RUN_MODULE)) };
  const sha256 = (bytes: Uint8Array): string => Buffer.from(platform.sha256().update(bytes).digest()).toString("hex");
  const entries = [
    { path: "assets/a/b.txt", sha256: sha256(encodeUtf8("x")) },
    { path: "modules/module.wasm", sha256: sha256(RUN_MODULE) },
    { path: LAYOUTS.flat.provenance, sha256: sha256(encodeUtf8(base.provenance)) },
    { path: LAYOUTS.flat.sbom, sha256: sha256(SBOM) },
    { path: LAYOUTS.flat.signature },
    { path: MANIFEST_PATH },
  ];
  const refused = (code: string): JsonObject => ({ ok: false, code });
  putExpected(files, "build", {
    plain: { ...base, assets: [asset("a/b.txt")], ok: true, entries },
    "no-module": { ...base, modules: [], ...refused("ManifestValidation") },
    "module-of-another-name": { ...base, modules: [{ ...module, path: "module.bin" }], ...refused("ManifestValidation") },
    "asset-leaves": { ...base, assets: [asset("../a")], ...refused("InvalidArtifactPath") },
    "asset-twice": { ...base, assets: [asset("a"), asset("a")], ...refused("DuplicateArtifactEntry") },
    "assets-that-fold": { ...base, assets: [asset("a"), asset("A")], ...refused("InvalidArtifactPath") },
    "sbom-of-another-format": { ...base, sbom: "{}", ...refused("InvalidSbom") },
    "manifest-of-a-newer-host": {
      ...base,
      toml: manifest({ compat: COMPAT.replace("0.1.0", "9.0.0") }),
      ...refused("UnsupportedRuntimeVersion"),
    },
  });
}
