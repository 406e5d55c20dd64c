import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../src/audit/index.ts";
import { encodeUtf8, toHex } from "../../src/encoding/index.ts";
import type { Attestations } from "../../src/platform/index.ts";
import { webPlatform } from "../../src/platform/index.ts";
import { audit, trustedSkill } from "./skills.ts";
import { assemble } from "./wat.ts";

const PEM =
  "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
const IDENTITY = "https://issuer.example https://ci.example/build@v1 of them";
const RUN = '(module (func (export "_start")))';
const digestOf = (bytes: Uint8Array): string => toHex(webPlatform.sha256().update(bytes).digest());

/** A port that says what it is told to, and what it was asked. */
const saying = (bundle: Awaited<ReturnType<Attestations["verifyBundle"]>>, asked: unknown[] = []): Attestations => ({
  verify: () => Promise.resolve(false),
  verifyBundle: (_, root, signer) => {
    asked.push([root, signer]);
    return Promise.resolve(bundle);
  },
});
const statement = (digest: string, more: object = {}): Uint8Array =>
  encodeUtf8(
    JSON.stringify({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: "m", digest: { sha256: digest } }],
      predicateType: "https://slsa.dev/provenance/v1",
      ...more,
    }),
  );
const TYPE = "application/vnd.in-toto+json";

async function attested(asset: object | string, parameters: object, attestations?: Attestations) {
  const module = await assemble(RUN);
  const bytes = encodeUtf8(typeof asset === "string" ? asset : JSON.stringify(asset));
  const skill = await trustedSkill({ modules: { "echo.wasm": module }, assets: { "a.sigstore.json": bytes } });
  const policy = parsePolicy(JSON.stringify({ parameters: { provenance_attested: parameters } }), "policy");
  const platform = { ...webPlatform, ...(attestations && { attestations }) };
  const { checks } = await audit(skill, { policy, platform });
  return checks.find(({ check_id }) => check_id === "provenance_attested");
}

const BUNDLE = { verificationMaterial: {} };
const SIGSTORE = { required: true, identities: [IDENTITY], trusted_roots: ["{}"] };

describe("T15: attestations among the assets", () => {
  it("hold under an identity and a root of the policy alone", async () => {
    const asked: unknown[] = [];
    const payload = { type: TYPE, bytes: statement(digestOf(await assemble(RUN))) };
    expect(await attested(BUNDLE, SIGSTORE, saying({ ok: true, payload }, asked))).toMatchObject({
      status: "pass",
      details: { attested_by: [IDENTITY] },
    });
    expect(asked).toEqual([["{}", { issuer: "https://issuer.example", identity: "https://ci.example/build@v1 of them" }]]);
  });

  it("that are none, of something else, or of no statement count as none", async () => {
    const good = statement(digestOf(await assemble(RUN)));
    const refused = [
      [BUNDLE, { ok: false, problem: "it is old" }, SIGSTORE],
      [BUNDLE, { ok: true }, SIGSTORE],
      [BUNDLE, { ok: true, payload: { type: "text/plain", bytes: good } }, SIGSTORE],
      [BUNDLE, { ok: true, payload: { type: TYPE, bytes: encodeUtf8("{}") } }, SIGSTORE],
      [BUNDLE, { ok: true, payload: { type: TYPE, bytes: statement("ab".repeat(32)) } }, SIGSTORE],
      [BUNDLE, { ok: true, payload: { type: TYPE, bytes: good } }, { required: true, identities: [IDENTITY] }],
      [{}, { ok: true, payload: { type: TYPE, bytes: good } }, SIGSTORE],
      ["nothing", { ok: true, payload: { type: TYPE, bytes: good } }, SIGSTORE],
      ['{"verificationMaterial":{},"verificationMaterial":{}}', { ok: true, payload: { type: TYPE, bytes: good } }, SIGSTORE],
    ] as const;
    for (const [asset, verdict, parameters] of refused)
      expect(await attested(asset, parameters, saying(verdict))).toMatchObject({ status: "fail" });
  });

  it("satisfy nobody who wants one where they say nothing of a build, and are listed", async () => {
    const digest = digestOf(await assemble(RUN));
    const about = (predicateType: string, predicate?: object) => ({ predicateType, ...(predicate && { predicate }) });
    const check = (more: object, parameters: object) =>
      attested(BUNDLE, parameters, saying({ ok: true, payload: { type: TYPE, bytes: statement(digest, more) } }));
    const SUMMARY = "https://slsa.dev/verification_summary/v1";
    const others: readonly (readonly [more: object, listed: string])[] = [
      [about(SUMMARY, { verificationResult: "FAILED" }), `${SUMMARY} FAILED`],
      [about(SUMMARY, { verificationResult: "passed" }), `${SUMMARY} passed`],
      [about(SUMMARY), SUMMARY],
      [about("https://slsa.dev/provenance/v0.1"), "https://slsa.dev/provenance/v0.1"],
      [about("https://slsa.dev/provenance/v1#"), "https://slsa.dev/provenance/v1#"],
      [about("https://in-toto.io/attestation/vulns/v0.1"), "https://in-toto.io/attestation/vulns/v0.1"],
    ];
    for (const [more, listed] of others) {
      const details = { attested_by: [], others: [listed] };
      expect(await check(more, SIGSTORE)).toMatchObject({ status: "fail", details });
      expect(await check(more, { ...SIGSTORE, required: false })).toMatchObject({ status: "skipped", details });
    }
    for (const more of [about("https://slsa.dev/provenance/v0.2"), about(SUMMARY, { verificationResult: "PASSED" })])
      expect(await check(more, SIGSTORE)).toMatchObject({ status: "pass", details: { attested_by: [IDENTITY], others: [] } });
  });

  it("are wanted in vain where nothing can verify them", async () => {
    expect(await attested(BUNDLE, SIGSTORE)).toMatchObject({ status: "fail" });
    expect(await attested(BUNDLE, { keys: [PEM] })).toMatchObject({ status: "warn" });
  });

  it("are not judged where the policy names nobody", async () => {
    expect(await attested(BUNDLE, {})).toMatchObject({ status: "skipped" });
  });
});

it("a policy says whom it believes in the forms that are known", () => {
  const read = (parameters: object) => () =>
    parsePolicy(JSON.stringify({ parameters: { provenance_attested: parameters } }), "policy");
  expect(read({ keys: [PEM], identities: [IDENTITY], trusted_roots: ["{}"], required: true })).not.toThrow();
  for (const parameters of [
    { keys: ["ab".repeat(32)] },
    { keys: [PEM.replaceAll("PUBLIC", "PRIVATE")] },
    { identities: ["https://issuer.example"] },
    { identities: ["ci@example.com https://issuer.example"] },
    { trusted_roots: ["trusted_root.json"] },
    { required: "yes" },
  ])
    expect(read(parameters)).toThrow(expect.objectContaining({ code: "PolicyInvalid" }));
});
