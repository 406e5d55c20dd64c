import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { compatibilityOf, openForAnyHost } from "../../src/operations/extension/compatibility.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { commandLine, errorOf, parsed, temporaryFolder } from "../cli/support.ts";
import { skillBytes } from "../lifecycle/support.ts";

/** Names, modes, sizes, times and bytes of everything below a folder. */
function treeOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .toSorted()
    .map((name) => {
      const path = join(folder, name);
      const { mode, size, mtimeMs } = lstatSync(path);
      const bytes = lstatSync(path).isFile() ? readFileSync(path).toString("base64") : "";
      return [name, mode, size, mtimeMs, bytes].join(" ");
    });
}

let root: string;
let artifact: string;
beforeEach(async () => {
  root = temporaryFolder();
  artifact = join(root, "echo.palyra-skill");
  writeFileSync(artifact, await skillBytes());
});
const doctor = (...words: string[]): readonly string[] => ["extension", "doctor", "--artifact", artifact, "--json", ...words];

describe("extension doctor", () => {
  it.each([
    [["--allow-tofu"], 0],
    [["--allow-tofu", "--grant", "device=camera"], 1],
    [[], 1],
  ])("with %j writes nothing beside a home that is in use", async (words, exit) => {
    const palyra = commandLine(root);
    const other = join(root, "other.palyra-skill");
    writeFileSync(other, await skillBytes({ publisher: "other", key: 2 }));
    expect((await palyra("skills", "install", "--artifact", other, "--allow-untrusted")).exit).toBe(0);
    const before = treeOf(root);
    expect((await palyra(...doctor(...words))).exit).toBe(exit);
    expect(treeOf(root)).toEqual(before);
  });
  it("writes nothing where HOME is empty and nothing else is named", async () => {
    const home = join(root, "home");
    mkdirSync(home);
    const palyra = commandLine(root, { env: { HOME: home, PALYRA_STATE_ROOT: "" } });
    const before = treeOf(root);
    expect((await palyra(...doctor("--allow-tofu"))).exit).toBe(0);
    expect(treeOf(root)).toEqual(before);
    expect(readdirSync(home)).toEqual([]);
  });
  it("prints its document and exits with 1 when it is blocked", async () => {
    const ran = await commandLine(root)(...doctor("--allow-tofu", "--grant", "device=camera"));
    expect(ran.exit).toBe(1);
    expect(parsed(ran)).toMatchObject({
      status: "blocked",
      reason_codes: ["excess_capability_grant"],
      registry_record: { status: "failed" },
      capability_diff: { valid: false, excess: [{ class: "device", value: "camera" }] },
    });
  });
  it("has no document for an artifact that cannot be verified", async () => {
    const damaged = await skillBytes();
    damaged[damaged.length - 1] = 1;
    writeFileSync(artifact, damaged);
    const ran = await commandLine(root)(...doctor("--allow-tofu"));
    expect(ran).toMatchObject({ exit: 1, stdout: "" });
    expect(errorOf(ran).code).toBe("Zip");
  });
  it("has none for a publisher that nobody trusts", async () => {
    const ran = await commandLine(root)(...doctor());
    expect(ran).toMatchObject({ exit: 1, stdout: "" });
    expect(errorOf(ran).code).toBe("UntrustedPublisher");
  });
  it.each(["nonsense", "planet=mars", "network="])("refuses --grant %s", async (grant) => {
    const ran = await commandLine(root)(...doctor("--allow-tofu", "--grant", grant));
    expect(ran).toMatchObject({ exit: 2, stdout: "" });
    expect(errorOf(ran).code).toBe("Usage");
  });
  it("says it to a person", async () => {
    const ran = await commandLine(root)("extension", "doctor", "--artifact", artifact, "--allow-tofu");
    expect(ran.stdout).toContain("ready  skill:acme.echo@1.0.0");
    expect(ran.stdout).toContain("nothing was written");
  });
});

describe("compatibility", () => {
  it.each([
    [{ protocolMajor: 0, version: "0.1.0" }, ["abi_required_protocol_major_unsupported"]],
    [{ protocolMajor: 1, version: "0.0.9" }, ["host_below_min_palyra_version"]],
    [{ protocolMajor: 0, version: "0.0.9" }, ["abi_required_protocol_major_unsupported", "host_below_min_palyra_version"]],
    [{ protocolMajor: 1, version: "0.1.0" }, []],
  ])("of a host %j", async (host, codes) => {
    const { manifest } = await openForAnyHost(await skillBytes(), nodePlatform, host);
    const found = compatibilityOf(manifest, host);
    expect(found.issues.map(({ code }) => code)).toEqual(codes);
    expect(found.compatible).toBe(codes.length === 0);
  });
  it("says which hosts are too new", async () => {
    const { manifest } = await openForAnyHost(await skillBytes(), nodePlatform);
    const older = { ...manifest, compat: { ...manifest.compat, max_palyra_version: "0.1.5" } };
    expect(compatibilityOf(older, { protocolMajor: 1, version: "0.2.0" }).issues).toMatchObject([
      { code: "host_above_max_palyra_version" },
    ]);
  });
});
