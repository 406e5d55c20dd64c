import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openArtifact } from "palyra-skills/artifact";
import { auditSkill, DEFAULT_POLICY } from "palyra-skills/audit";
import { decideTrust, EMPTY_TRUST_STORE } from "palyra-skills/trust";
import { beforeEach, describe, expect, it } from "vitest";
import { manifestText, RUN_MODULE } from "../../../../testing/forge/manifest.ts";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { generateKey, type PackageRequest, packageSkill, signingTime, writeKeyFile } from "../../src/authoring/index.ts";
import { entryName } from "../../src/authoring/sources.ts";
import { nodePlatform } from "../../src/platform/node.ts";

const scratch = scratchFolder("authoring");
let folder: string;
let count = 0;
const MANIFEST = manifestText({ tools: ["acme.say"], more: '[operator]\ndisplay_name = "Echo"' });
beforeEach(() => {
  folder = join(scratch, String(count++));
  mkdirSync(folder);
  remarks = [];
  writeFileSync(join(folder, "skill.toml"), MANIFEST);
  writeFileSync(join(folder, "echo.wasm"), RUN_MODULE);
});

const request = (more: Partial<PackageRequest> = {}): PackageRequest => ({
  manifest: join(folder, "skill.toml"),
  modules: [join(folder, "echo.wasm")],
  assets: [],
  sbom: undefined,
  provenance: undefined,
  output: join(folder, "out/echo.palyra-skill"),
  layout: "namespaced",
  secretKey: new Uint8Array(32).fill(1),
  signedAt: 1_750_000_000_000,
  ...more,
});
let remarks: string[];
const pack = (more?: Partial<PackageRequest>) => packageSkill(request(more), nodePlatform, (remark) => void remarks.push(remark));
const opened = async () => openArtifact(new Uint8Array(readFileSync(join(folder, "out/echo.palyra-skill"))), nodePlatform);
const entry = async (path: string): Promise<unknown> =>
  JSON.parse(new TextDecoder().decode((await opened()).archive.get(path)?.bytes ?? new Uint8Array()));

describe("a package", () => {
  it("is signed, written, and read back", async () => {
    const document = await pack();
    const artifact = await opened();
    expect(document).toEqual({
      artifact_path: join(folder, "out/echo.palyra-skill"),
      payload_sha256: artifact.payloadSha256,
      publisher: "acme",
      skill_id: "acme.echo",
      version: "1.0.0",
      signature_key_id: artifact.keyId,
      artifact_bytes: artifact.size,
    });
  });
  it("is warned of by the words of the audit, where that fails what its manifest says", async () => {
    await pack();
    expect(remarks).toEqual([]);
    const said = async (manifest: string): Promise<readonly string[]> => {
      remarks = [];
      writeFileSync(join(folder, "skill.toml"), manifest);
      await pack();
      const trusted = decideTrust(await opened(), EMPTY_TRUST_STORE, { allowFirstUse: true });
      const { checks } = await auditSkill(trusted, { policy: DEFAULT_POLICY, platform: nodePlatform, now: 0 });
      const failed = checks.filter(({ status }) => status === "fail").map(({ message }) => message);
      expect(failed).toHaveLength(1);
      expect(remarks).toEqual(
        failed.map((message) => `the audit fails this, so nobody can install it: ${message.replaceAll("`", '"')}`),
      );
      return remarks;
    };
    expect(await said(manifestText({ tools: ["acme.say"], id: "other.echo" }))).toEqual([
      expect.stringContaining('"other.echo"'),
    ]);
    expect(await said(manifestText({ tools: ["acme.say"], outputSchema: '{ type = "objekt" }' }))).toEqual([
      expect.stringContaining("output_schema"),
    ]);
    const secrets = '[[capabilities.secrets]]\nscope = "skill:globex.pay"\nkey_names = ["token"]';
    await said(manifestText({ tools: ["acme.say"], more: secrets }));
  });
  it("has papers that the audit finds nothing to say of", async () => {
    writeFileSync(
      join(folder, "package-lock.json"),
      '{"packages":{"node_modules/a":{"version":"1.0.0","license":"MIT OR Apache-2.0"}}}',
    );
    writeFileSync(join(folder, "guide.txt"), "Echo.");
    await pack({ assets: [join(folder, "guide.txt")] });
    const trusted = decideTrust(await opened(), EMPTY_TRUST_STORE, { allowFirstUse: true });
    const { checks } = await auditSkill(trusted, { policy: DEFAULT_POLICY, platform: nodePlatform, now: 0 });
    const papers = checks.filter(({ check_id }) => /^(?:sbom|provenance|license)_/.test(check_id));
    expect(papers.filter(({ status }) => status !== "pass")).toEqual([]);
    expect(papers.map(({ check_id }) => check_id)).toContain("sbom_identity");
  });
  it("is the same bytes for the same input", async () => {
    await pack();
    const first = readFileSync(join(folder, "out/echo.palyra-skill"));
    await pack();
    expect(readFileSync(join(folder, "out/echo.palyra-skill")).equals(first)).toBe(true);
  });
  it("that fails writes nothing, not even the folder", async () => {
    writeFileSync(join(folder, "skill.toml"), "surprise = 1");
    await expect(pack()).rejects.toHaveCode("ManifestParse");
    await expect(pack({ modules: [join(folder, "skill.toml")] })).rejects.toHaveCode("ManifestParse");
    await expect(pack({ manifest: join(folder, "none") })).rejects.toHaveCode("Io");
    expect(() => statSync(join(folder, "out"))).toThrow();
  });
  it("refuses a large input without reading it whole", async () => {
    const large = join(folder, "large.bin");
    writeFileSync(large, Buffer.alloc(16 * 1024 * 1024 + 1));
    await expect(pack({ assets: [large] })).rejects.toHaveCode("ArtifactEntryTooLarge");
  });
  it("says which module its tools would miss, and what there is", async () => {
    writeFileSync(join(folder, "skill.toml"), `${MANIFEST}[operator.plugin]\ndefault_module_path = "modules/other.wasm"\n`);
    await pack();
    expect(remarks).toEqual([expect.stringMatching(/^there is no modules\/other.wasm, .*; packed is modules\/echo.wasm$/)]);
    remarks = [];
    writeFileSync(join(folder, "skill.toml"), MANIFEST);
    writeFileSync(join(folder, "two.wasm"), RUN_MODULE);
    await pack({ modules: [join(folder, "echo.wasm"), join(folder, "two.wasm")] });
    expect(remarks).toEqual([expect.stringMatching(/^there is no modules\/say.wasm, /)]);
  });
  it("passes its own audit", async () => {
    await pack();
    expect(remarks).toEqual([]);
    const trusted = decideTrust(await opened(), EMPTY_TRUST_STORE, { allowFirstUse: true });
    const report = await auditSkill(trusted, { policy: DEFAULT_POLICY, platform: nodePlatform, now: 0 });
    expect(report.quarantine_reasons).toEqual([]);
  });
});

describe("names of entries (spec 11.2)", () => {
  it.each([
    ["module.wasm", "module.wasm"],
    ["lib/deep/second.wasm", "lib/deep/second.wasm"],
    ["/work/lib/second.wasm", "second.wasm"],
    ["./x.wasm", "./x.wasm"],
    ["../x.wasm", "../x.wasm"],
  ])("%s is %s", (path, name) => expect(entryName(path)).toBe(name));
  it("refuse two files with one name", async () => {
    mkdirSync(join(folder, "b"));
    writeFileSync(join(folder, "b/echo.wasm"), RUN_MODULE);
    await expect(pack({ modules: [join(folder, "echo.wasm"), join(folder, "b/echo.wasm")] })).rejects.toHaveCode(
      "DuplicateArtifactEntry",
    );
  });
});

describe("a generated SBOM", () => {
  it("names the skill, what is packed, and what its lock file says", async () => {
    const lock = {
      lockfileVersion: 3,
      packages: {
        "": { name: "root", version: "9.9.9" },
        "node_modules/@scope/a": {
          version: "1.2.3",
          license: "MIT",
          integrity: `sha512-${Buffer.alloc(64, 7).toString("base64")}`,
        },
        "node_modules/b": { version: "2.0.0", dev: true },
        "node_modules/linked": { link: true, version: "1.0.0" },
      },
    };
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
    writeFileSync(
      join(folder, "Cargo.lock"),
      `version = 4\n\n[[package]]\nname = "mine"\nversion = "0.1.0"\n\n[[package]]\nname = "serde"\nversion = "1.0.0"\nsource = "registry+https://x"\nchecksum = "${"ab".repeat(32)}"\n`,
    );
    writeFileSync(join(folder, "go.sum"), "example.com/m v1.0.0 h1:abc=\nexample.com/m v1.0.0/go.mod h1:abc=\n");
    await pack();
    const sbom = await entry("_palyra/sbom.cdx.json");
    expect(sbom).toMatchObject({
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      metadata: {
        component: { name: "acme.echo", version: "1.0.0", type: "application" },
        timestamp: "2025-06-15T15:06:40.000Z",
      },
    });
    expect(purls(sbom)).toEqual([
      "pkg:cargo/serde@1.0.0",
      "pkg:golang/example.com/m@v1.0.0",
      "pkg:npm/%40scope/a@1.2.3",
      "pkg:npm/b@2.0.0",
    ]);
    expect(sbom).toMatchObject({
      components: expect.arrayContaining([
        expect.objectContaining({ type: "file", name: "modules/echo.wasm" }),
        expect.objectContaining({ name: "@scope/a", scope: "required", hashes: [{ alg: "SHA-512", content: "07".repeat(64) }] }),
        expect.objectContaining({ name: "b", scope: "excluded" }),
        expect.objectContaining({ name: "serde", hashes: [{ alg: "SHA-256", content: "ab".repeat(32) }] }),
      ]),
    });
  });
  it("of a lock file that cannot be read is an error that names it", async () => {
    writeFileSync(join(folder, "package-lock.json"), '{"packages":{},"packages":{}}');
    await expect(pack()).rejects.toHaveCode("Serialization");
  });
  it("T15: that is named, and lists other packages than the lock file, is told", async () => {
    writeFileSync(join(folder, "Cargo.lock"), '[[package]]\nname = "serde"\nversion = "1.0.0"\nsource = "x"\n');
    const mine = (purl: string) =>
      writeFileSync(
        join(folder, "mine.json"),
        `{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"serde","version":"${purl.split("@")[1]}","purl":"${purl}"}]}`,
      );
    mine("pkg:cargo/serde@1.0.1");
    await pack({ sbom: join(folder, "mine.json") });
    expect(remarks).toEqual(["the SBOM lists serde 1.0.1, and Cargo.lock has 1.0.0"]);
    remarks = [];
    mine("pkg:cargo/serde@1.0.0");
    await pack({ sbom: join(folder, "mine.json") });
    expect(remarks).toEqual([]);
  });
  it("gives way to one that is named", async () => {
    writeFileSync(join(folder, "mine.json"), '{"bomFormat":"CycloneDX","specVersion":"1.5","mine":true}');
    await pack({ sbom: join(folder, "mine.json") });
    expect(await entry("_palyra/sbom.cdx.json")).toEqual({ bomFormat: "CycloneDX", specVersion: "1.5", mine: true });
  });
});

function purls(sbom: unknown): string[] {
  const components =
    typeof sbom === "object" && sbom !== null && "components" in sbom && Array.isArray(sbom.components) ? sbom.components : [];
  return components.flatMap((component) => component.purl ?? []).toSorted();
}

describe("a generated provenance", () => {
  it("is an in-toto statement with an SLSA predicate, and Palyra's builder at the top (T15)", async () => {
    await pack();
    const artifact = await opened();
    expect(await entry("_palyra/provenance.json")).toMatchObject({
      _type: "https://in-toto.io/Statement/v1",
      predicateType: "https://slsa.dev/provenance/v1",
      subject: [{ name: "modules/echo.wasm", digest: { sha256: artifact.archive.get("modules/echo.wasm")?.sha256 } }],
      builder: { id: expect.any(String) },
      predicate: { runDetails: { builder: { id: expect.any(String) } }, buildDefinition: { resolvedDependencies: [] } },
    });
  });
});

describe("a signing time", () => {
  it("is the option's, else SOURCE_DATE_EPOCH's, else now", () => {
    expect(signingTime(5, "7", 9)).toBe(5);
    expect(signingTime(undefined, "7", 9)).toBe(7000);
    expect(signingTime(undefined, "", 9)).toBe(9);
    expect(signingTime(undefined, undefined, 9)).toBe(9);
  });
  it.each(["-1", "1.5", "soon", " 1", "99999999999999"])("of SOURCE_DATE_EPOCH=%s is a usage error", (value) => {
    expect(() => signingTime(undefined, value, 0)).toThrow(expect.objectContaining({ code: "Usage" }));
  });
});

describe("a generated key", () => {
  const random = (size: number): Uint8Array => new Uint8Array(size).fill(0x11);
  const generateInto = (file: string) => generateKey(random, nodePlatform, (secret) => writeKeyFile(file, secret));
  it("is 64 hex digits and a newline, its owner's alone", async () => {
    const file = join(folder, "acme.key");
    const key = await generateInto(file);
    expect(readFileSync(file, "utf8")).toBe(`${"11".repeat(32)}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(key).toEqual({
      keyId: "ed25519:10ba682c8ad13513",
      publicKeyHex: "d04ab232742bb4ab3a1368bd4615e4e6d0224ab71a016baf8520a332c9778737",
    });
  });
  it("makes no folder", async () => {
    await expect(generateInto(join(folder, "none/acme.key"))).rejects.toHaveCode("Io");
    expect(() => statSync(join(folder, "none"))).toThrow();
  });
  it("overwrites nothing", async () => {
    const file = join(folder, "acme.key");
    writeFileSync(file, "mine");
    await expect(generateInto(file)).rejects.toHaveCode("Io");
    expect(readFileSync(file, "utf8")).toBe("mine");
  });
});

describe("T25: a pipe among the sources", () => {
  it("is no file, and nothing waits for what comes out of it", async () => {
    execFileSync("mkfifo", [join(folder, "pipe")]);
    await expect(pack({ assets: [join(folder, "pipe")] })).rejects.toHaveCode("Io");
    await expect(pack({ assets: [join(folder, "none")] })).rejects.toMatchObject({ code: "Io", details: { code: "ENOENT" } });
    execFileSync("mkfifo", [join(folder, "package-lock.json")]);
    await expect(pack()).rejects.toHaveCode("Io");
  });
});
