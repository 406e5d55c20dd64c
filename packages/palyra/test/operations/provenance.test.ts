import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openArtifact } from "palyra-skills/artifact";
import { encodeUtf8, toHex } from "palyra-skills/encoding";
import { preAuthEncoding } from "palyra-skills/supplychain";
import { beforeEach, describe, expect, it } from "vitest";
import { describeShared, shared } from "../../../../testing/shared.ts";
import { forge } from "../../../../testing/sigstore-forge.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { commandLine, errorOf, parsed, temporaryFolder } from "../cli/support.ts";
import { skillBytes } from "../lifecycle/support.ts";

let root: string;
let palyra: ReturnType<typeof commandLine>;
let file: string;
let bytes: Uint8Array;
const own = generateKeyPairSync("ed25519");
beforeEach(async () => {
  root = temporaryFolder();
  palyra = commandLine(root);
  file = join(root, "echo.palyra-skill");
  bytes = await skillBytes();
  writeFileSync(file, bytes);
  writeFileSync(join(root, "own.pem"), own.publicKey.export({ type: "spki", format: "pem" }));
});

const sha256 = (of: Uint8Array): string => toHex(nodePlatform.sha256().update(of).digest());
const written = (name: string, text: string | Uint8Array): string => {
  writeFileSync(join(root, name), text);
  return join(root, name);
};

function envelope(subjects: readonly object[], more: object = {}, key: KeyObject = own.privateKey): string {
  const statement = {
    _type: "https://in-toto.io/Statement/v1",
    subject: subjects,
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: { runDetails: { builder: { id: "https://ci.example" } } },
    ...more,
  };
  const payload = encodeUtf8(JSON.stringify(statement));
  const payloadType = "application/vnd.in-toto+json";
  const signature = sign(null, preAuthEncoding(payloadType, payload), key).toString("base64");
  return JSON.stringify({ payloadType, payload: Buffer.from(payload).toString("base64"), signatures: [{ sig: signature }] });
}

const verify = (bundle: string, ...more: string[]) =>
  palyra("skills", "provenance", "verify", "--artifact", file, "--bundle", bundle, "--json", ...more);
const withKey = (bundle: string) => verify(bundle, "--provenance-key", join(root, "own.pem"));

describe("palyra skills provenance verify, with a key", () => {
  it("says who attests to this artifact", async () => {
    const ran = await withKey(written("a.dsse.json", envelope([{ name: "echo", digest: { sha256: sha256(bytes) } }])));
    expect(ran.exit, ran.stderr).toBe(0);
    expect(parsed(ran)).toMatchObject({
      skill_id: "acme.echo",
      artifact_sha256: sha256(bytes),
      format: "dsse",
      binds: "artifact",
      signer: { kind: "key", algorithm: "ed25519" },
      predicate_type: "https://slsa.dev/provenance/v1",
      builders: ["https://ci.example"],
    });
  });

  it("takes the digests of all modules for as good", async () => {
    const { archive } = await openArtifact(bytes, nodePlatform);
    const modules = archive.entries.filter(({ path }) => path.startsWith("modules/"));
    const subjects = modules.map(({ path, sha256: digest }) => ({ name: path, digest: { sha256: digest.toUpperCase() } }));
    expect(parsed(await withKey(written("m.dsse.json", envelope(subjects))))).toMatchObject({ binds: "modules" });
  });

  it("T15: refuses a proof that is genuine, and of something else", async () => {
    const other = envelope([{ name: "modules/echo.wasm", digest: { sha256: "ab".repeat(32) } }]);
    const ran = await withKey(written("other.dsse.json", other));
    expect(ran.exit).toBe(1);
    expect(errorOf(ran)).toMatchObject({
      code: "ProvenanceRefused",
      details: { problem: expect.stringContaining("something else") },
    });
  });

  it("refuses what is signed by somebody else, changed, or no statement", async () => {
    const subject = [{ name: "echo", digest: { sha256: sha256(bytes) } }];
    const whole = envelope(subject);
    const refused = [
      envelope(subject, {}, generateKeyPairSync("ed25519").privateKey),
      whole.replace("vnd.in-toto+json", "vnd.in-toto+jsonA"),
      envelope(subject, { _type: "https://in-toto.io/Statement/v9" }),
      envelope([]),
      whole.replace('"signatures":', '"sigs":'),
      whole.replace('{"payloadType"', '{"payloadType":"x","payloadType"'),
      "[]",
      "{}",
      JSON.stringify({ _type: "https://in-toto.io/Statement/v1", subject }),
      "nothing",
    ];
    for (const [index, text] of refused.entries())
      expect(errorOf(await withKey(written(`${index}.dsse.json`, text)))).toMatchObject({ code: "ProvenanceRefused" });
  });

  it("wants to know whom to believe, and reads what it is given", async () => {
    const bundle = written("a.dsse.json", envelope([{ name: "e", digest: { sha256: sha256(bytes) } }]));
    const cases = [
      [],
      ["--certificate-identity", "x"],
      ["--certificate-identity", "x", "--certificate-oidc-issuer", "y"],
      ["--provenance-key", join(root, "own.pem"), "--certificate-identity", "x", "--certificate-oidc-issuer", "y"],
      ["--provenance-key", bundle],
    ];
    for (const more of cases) expect(await verify(bundle, ...more)).toMatchObject({ exit: 2, stdout: "" });
    const absent = await palyra("skills", "provenance", "verify", "--artifact", file, "--provenance-key", join(root, "own.pem"));
    expect(absent).toMatchObject({ exit: 2, stderr: expect.stringContaining("--bundle is missing") });
  });

  it("is shown to a person", async () => {
    const bundle = written("a.dsse.json", envelope([{ name: "e", digest: { sha256: sha256(bytes) } }]));
    const ran = await palyra(
      "skills",
      "provenance",
      "verify",
      "--artifact",
      file,
      "--bundle",
      bundle,
      "--provenance-key",
      join(root, "own.pem"),
    );
    expect(ran.stdout).toContain("acme.echo 1.0.0");
    expect(ran.stdout).toContain("built by");
  });
});

describeShared("corpora/in-toto/sigstore-conformance", "palyra skills provenance verify, with Sigstore", () => {
  const folder = (path: string) => shared("corpora/in-toto/sigstore-conformance", path);
  const identity =
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
  const signer = ["--certificate-identity", identity, "--certificate-oidc-issuer", "https://token.actions.githubusercontent.com"];

  it.each(["happy-path-intoto-in-dsse-v3", "happy-path-v0.3"])("T15: %s is genuine, and of something else", async (name) => {
    const bundle = folder(`bundle-verify/${name}/bundle.sigstore.json`);
    const ran = await verify(bundle, "--trusted-root", folder("trusted_root.public-good.json"), ...signer);
    expect(errorOf(ran)).toMatchObject({ code: "ProvenanceRefused" });
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });
});

describe("T15: a Sigstore bundle over a skill, from end to end", () => {
  const sigstore = forge();
  const IDENTITY = "https://github.com/acme/echo/.github/workflows/release.yml@refs/tags/v1";
  const ISSUER = "https://token.actions.githubusercontent.com";
  const signer = ["--certificate-identity", IDENTITY, "--certificate-oidc-issuer", ISSUER];
  const statement = (digest: string): Uint8Array =>
    encodeUtf8(
      JSON.stringify({
        _type: "https://in-toto.io/Statement/v1",
        subject: [{ name: "echo.palyra-skill", digest: { sha256: digest } }],
        predicateType: "https://slsa.dev/provenance/v1",
        predicate: { runDetails: { builder: { id: "https://ci.example" } } },
      }),
    );
  const trusted = () => written("trusted_root.json", sigstore.trustedRoot);

  it("is accepted under its identity and root, and under no others", async () => {
    const bundle = written("echo.sigstore.json", sigstore.attest(statement(sha256(bytes)), IDENTITY, ISSUER));
    const ran = await verify(bundle, "--trusted-root", trusted(), ...signer);
    expect(ran.exit, ran.stderr).toBe(0);
    expect(parsed(ran)).toMatchObject({
      format: "sigstore",
      binds: "artifact",
      signer: { kind: "certificate", identity: IDENTITY, issuer: ISSUER },
      builders: ["https://ci.example"],
    });
    const other = written("other_root.json", forge().trustedRoot);
    const refused = [
      ["--trusted-root", other, ...signer],
      ["--trusted-root", trusted(), "--certificate-identity", `${IDENTITY}2`, "--certificate-oidc-issuer", ISSUER],
      [
        "--trusted-root",
        trusted(),
        "--certificate-identity",
        IDENTITY,
        "--certificate-oidc-issuer",
        "https://accounts.google.com",
      ],
    ];
    for (const more of refused) expect(errorOf(await verify(bundle, ...more))).toMatchObject({ code: "ProvenanceRefused" });
  });

  it("by a key of one's own is accepted under that key", async () => {
    const key = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const pem = written("ec.pem", String(key.publicKey.export({ type: "spki", format: "pem" })));
    const bundle = written("key.sigstore.json", sigstore.attestByKey(statement(sha256(bytes)), key.privateKey));
    const ran = await verify(bundle, "--trusted-root", trusted(), "--provenance-key", pem);
    expect(ran.exit, ran.stderr).toBe(0);
    expect(errorOf(await verify(bundle, "--trusted-root", trusted(), "--provenance-key", join(root, "own.pem")))).toMatchObject({
      code: "ProvenanceRefused",
    });
  });

  it("that is genuine, and of another artifact, is refused", async () => {
    const bundle = written("echo.sigstore.json", sigstore.attest(statement("ab".repeat(32)), IDENTITY, ISSUER));
    expect(errorOf(await verify(bundle, "--trusted-root", trusted(), ...signer))).toMatchObject({
      details: { problem: expect.stringContaining("something else") },
    });
  });

  it("among the assets satisfies a policy that wants one", async () => {
    const { archive } = await openArtifact(bytes, nodePlatform);
    const module = archive.entries.find(({ path }) => path.startsWith("modules/"));
    const attested = sigstore.attest(statement(module?.sha256 ?? ""), IDENTITY, ISSUER);
    writeFileSync(file, await skillBytes({ assets: [{ path: "build.sigstore.json", bytes: encodeUtf8(attested) }] }));
    const audited = async (parameters: object) => {
      const policy = written(
        "policy.json",
        JSON.stringify({ parameters: { provenance_attested: { required: true, ...parameters } } }),
      );
      const ran = await palyra("skills", "audit", "--artifact", file, "--allow-untrusted", "--audit-policy", policy, "--json");
      const { checks } = JSON.parse(ran.stdout).audits[0].report;
      return checks.find(({ check_id }: { check_id: string }) => check_id === "provenance_attested").status;
    };
    const identities = [`${ISSUER} ${IDENTITY}`];
    expect(await audited({ identities, trusted_roots: [sigstore.trustedRoot] })).toBe("pass");
    expect(await audited({ identities, trusted_roots: [forge().trustedRoot] })).toBe("fail");
    expect(await audited({ identities: [`${ISSUER} x`], trusted_roots: [sigstore.trustedRoot] })).toBe("fail");
  });
});
