import { unzipSync } from "fflate";
import { writeArchive } from "../../../packages/core/src/archive/index.ts";
import { openArtifact, type VerifiedArtifact } from "../../../packages/core/src/artifact/index.ts";
import { admit, auditSkill, DEFAULT_POLICY } from "../../../packages/core/src/audit/index.ts";
import { compareUtf8, toHex } from "../../../packages/core/src/encoding/index.ts";
import { SkillError } from "../../../packages/core/src/errors.ts";
import { packManifest } from "../../../packages/core/src/manifest/index.ts";
import { purePlatform } from "../../../packages/core/src/platform/index.ts";
import { payloadHasher, signPayload, writeSignature } from "../../../packages/core/src/signature/index.ts";
import { decideTrust, EMPTY_TRUST_STORE, verificationReport } from "../../../packages/core/src/trust/index.ts";
import { SAMPLE } from "../../../packages/core/test/artifact/samples.ts";
import { nodePlatform } from "../../../packages/core/test/platforms.ts";
import { quickSeeds, sharedFiles } from "../corpus.ts";
import { bounded, type Corpus, mutate, seed } from "../mutate.ts";
import type { Random } from "../random.ts";
import { ACCEPTED, Broken, mustEqual, type Outcome, refusedWith, type Target } from "../target.ts";
import { JSON_PIECES, mutateText, TOML_PIECES } from "../text.ts";
import { mutateModule } from "../wasm.ts";
import { makeArchive, outcome } from "./archive.ts";
import { sampleArtifacts } from "./samples.ts";

/** Of the fuzzer alone: what is signed with it may say anything. */
const SECRET_KEY = new Uint8Array(32).fill(0x5a);

/** Public key and payload of every seed that opens: what may open without the fuzzer's key. */
const known = new Set<string>();

/**
 * Spec 1.5, 3.2, 4.3: from bytes to a verdict. An artifact whose bytes were changed is refused, or is one that somebody signed; one
 * that was changed and signed again is refused with a code, or audited to the end.
 */
export const artifact: Target = {
  name: "artifact",
  seeds: async (root) => {
    const read = (folder: string): Uint8Array[] => quickSeeds(sharedFiles(root, `conformance/${folder}`, ".palyra-skill"));
    const good = [...(await sampleArtifacts()), ...read("artifact/accept"), ...read("cli/inputs/artifacts")];
    const bad = [...read("artifact/reject"), ...read("audit")];
    for (const bytes of [...good, ...bad]) {
      const opened = await outcome(openArtifact(bytes, nodePlatform));
      if (!(opened instanceof SkillError)) known.add(signerAndPayload(opened));
    }
    return { good, bad };
  },
  make: async (random, corpus) => (random.oneIn(4) ? makeArchive(random, corpus) : bounded(await signedAgain(random, corpus))),
  check,
};

async function check(input: Uint8Array): Promise<Outcome> {
  const opened = await outcome(openArtifact(input, nodePlatform));
  const elsewhere = await outcome(openArtifact(Uint8Array.from(input), purePlatform));
  mustEqual("all platforms come to one verdict", verdict(elsewhere), verdict(opened));
  if (opened instanceof SkillError) return refusedWith(opened.code);
  const ownKey = toHex(await nodePlatform.ed25519.publicKey(SECRET_KEY));
  if (toHex(opened.publicKey) !== ownKey && !known.has(signerAndPayload(opened)))
    throw new Broken("what opens was signed", signerAndPayload(opened));
  const trusted = decideTrust(opened, EMPTY_TRUST_STORE, { allowFirstUse: true });
  verificationReport(trusted, 0);
  const report = await auditSkill(trusted, { policy: DEFAULT_POLICY, platform: nodePlatform, now: 0 });
  const failed = report.checks.some(({ status }) => status === "fail");
  const admitted = admit(trusted, report) !== undefined;
  if (report.passed === failed || report.should_quarantine !== failed || admitted === failed)
    throw new Broken("what fails is quarantined and not admitted", report.quarantine_reasons);
  return report.passed ? ACCEPTED : refusedWith("(audit)");
}

const signerAndPayload = (opened: VerifiedArtifact): string => `${toHex(opened.publicKey)} ${opened.payloadSha256}`;

const verdict = (found: VerifiedArtifact | SkillError): unknown =>
  found instanceof SkillError ? found.code : [signerAndPayload(found), found.manifest];

/** The entries of a seed with one or two of them changed, packed and signed by the fuzzer's own key. */
async function signedAgain(random: Random, corpus: Corpus): Promise<Uint8Array> {
  const entries = entriesOf(seed(random, corpus));
  const signaturePath = [...entries.keys()].find((path) => path.endsWith("signature.json")) ?? "_palyra/signature.json";
  entries.delete(signaturePath);
  for (let times = 1 + random.below(2); times > 0; times--) {
    // A new asset at times: nothing looks at it, so that what is behind all checks is reached.
    const path = random.oneIn(4) ? "assets/more.bin" : (random.pickAny([...entries.keys()]) ?? "skill.toml");
    entries.set(path, changed(path, entries.get(path) ?? new Uint8Array(), random));
    if (random.oneIn(10)) entries.delete(path);
  }
  if (!random.oneIn(4)) entries.set("skill.toml", withIntegrity(entries));
  const publisher =
    /^publisher = "([^"]*)"/m.exec(Buffer.from(entries.get("skill.toml") ?? SAMPLE.manifest).toString())?.[1] ?? "acme";
  try {
    const files = [...entries].map(([path, bytes]) => ({ path, bytes })).sort((a, b) => compareUtf8(a.path, b.path));
    const hasher = payloadHasher(nodePlatform);
    for (const file of files) hasher.add(file);
    const signing = { secretKey: SECRET_KEY, publisher, payloadSha256: hasher.hex(), signedAtUnixMs: 5n };
    const signature = writeSignature(await signPayload(signing, nodePlatform));
    return writeArchive([...files, { path: signaturePath, bytes: signature }]);
  } catch (error) {
    // A seed whose names cannot be written: its bytes are changed instead.
    if (error instanceof SkillError) return mutate(seed(random, corpus), random, corpus);
    throw error;
  }
}

function changed(path: string, bytes: Uint8Array, random: Random): Uint8Array {
  if (path.endsWith(".wasm")) return mutateModule(random, only(bytes));
  if (path.endsWith(".toml")) return mutateText(only(bytes), random, TOML_PIECES);
  if (path.endsWith(".json")) return mutateText(only(bytes), random, JSON_PIECES);
  return mutate(bytes, random, only(bytes));
}

const only = (bytes: Uint8Array): Corpus => ({ good: [bytes], bad: [] });

/** The manifest with the right digests of all files; else any change of them would end at step 9 of spec 1.5. As it is where it is none. */
function withIntegrity(entries: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const manifest = entries.get("skill.toml") ?? SAMPLE.manifest;
  const files = [...entries]
    .filter(([path]) => path !== "skill.toml")
    .sort(([a], [b]) => compareUtf8(a, b))
    .map(([path, bytes]) => ({ path, sha256: toHex(nodePlatform.sha256().update(bytes).digest()) }));
  try {
    return packManifest(manifest, files);
  } catch (error) {
    if (error instanceof SkillError) return manifest;
    throw error;
  }
}

function entriesOf(archive: Uint8Array): Map<string, Uint8Array> {
  try {
    return new Map(Object.entries(unzipSync(archive)));
  } catch {
    return new Map();
  }
}
