import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { packageSkill } from "../../src/authoring/index.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { commandLine, errorOf, parsed, temporaryFolder } from "../cli/support.ts";

const MODULE = Buffer.from("0061736d010000000105016000017f030201000707010372756e00000a0601040041000b", "hex");
const MANIFEST = `skill_id = "acme.echo"
name = "Echo"
version = "1.0.0"
publisher = "acme"
[[entrypoints.tools]]
id = "acme.say"
name = "say"
description = "Says it again"
input_schema = { type = "object" }
output_schema = { type = "object" }
[compat]
required_protocol_major = 1
min_palyra_version = "0.1.0"
`;
const COMMIT = "c0".repeat(20);

let root: string;
let source: string;
let file: string;
let palyra: ReturnType<typeof commandLine>;
beforeEach(async () => {
  root = temporaryFolder();
  palyra = commandLine(root);
  source = join(root, "source");
  file = join(root, "echo.palyra-skill");
  mkdirSync(join(source, ".git"), { recursive: true });
  writeFileSync(join(source, ".git/HEAD"), `${COMMIT}\n`);
  writeFileSync(join(source, "skill.toml"), MANIFEST);
  writeFileSync(join(source, "echo.wasm"), MODULE);
  writeFileSync(join(source, "guide.txt"), "Echo.");
  await packageSkill(
    {
      manifest: join(source, "skill.toml"),
      modules: [join(source, "echo.wasm")],
      assets: [join(source, "guide.txt")],
      sbom: undefined,
      provenance: undefined,
      output: file,
      layout: "namespaced",
      secretKey: new Uint8Array(32).fill(1),
      signedAt: 1_750_000_000_000,
    },
    nodePlatform,
    () => {},
  );
});

const rebuild = (...more: string[]) =>
  palyra("skills", "package", "rebuild", "--artifact", file, "--source", source, "--compare", "--json", ...more);
const scratch = () => readdirSync(tmpdir()).filter((name) => name.startsWith("palyra-rebuild-"));

describe("palyra skills package rebuild --compare", () => {
  it("finds what was packed from there the same, though it has another key", async () => {
    const ran = await rebuild();
    expect(ran.exit, ran.stderr).toBe(0);
    expect(parsed(ran)).toMatchObject({
      reproduced: true,
      build_command: null,
      commit: { recorded: COMMIT, actual: COMMIT },
      entries: [
        { path: "_palyra/provenance.json", status: "same" },
        { path: "_palyra/sbom.cdx.json", status: "same" },
        { path: "assets/guide.txt", status: "same" },
        { path: "modules/echo.wasm", status: "same" },
        { path: "skill.toml", status: "same" },
      ],
    });
  });

  it("says where the first byte differs, and fails", async () => {
    writeFileSync(join(source, "echo.wasm"), Buffer.concat([MODULE.subarray(0, 34), Buffer.from([0x01, 0x0b])]));
    const ran = await rebuild();
    expect(ran.exit).toBe(1);
    expect(parsed(ran)).toMatchObject({
      reproduced: false,
      entries: expect.arrayContaining([
        { path: "modules/echo.wasm", status: "different", bytes: 36, rebuilt_bytes: 36, first_difference: 34 },
      ]),
    });
  });

  it("says what is not there, and fails", async () => {
    writeFileSync(join(source, "guide.txt"), "Echo. And more.");
    expect(parsed(await rebuild())).toMatchObject({
      entries: expect.arrayContaining([
        expect.objectContaining({ path: "assets/guide.txt", status: "different", first_difference: 5 }),
      ]),
    });
    const { rmSync } = await import("node:fs");
    rmSync(join(source, "guide.txt"));
    const ran = await rebuild();
    expect(ran.exit).toBe(1);
    expect(parsed(ran)).toMatchObject({
      entries: expect.arrayContaining([
        expect.objectContaining({ path: "assets/guide.txt", status: "missing", rebuilt_bytes: null }),
      ]),
    });
    rmSync(join(source, "echo.wasm"));
    expect(errorOf(await rebuild())).toMatchObject({ code: "RebuildFailed" });
  });

  it("is not the same at another commit", async () => {
    writeFileSync(join(source, ".git/HEAD"), `${"d1".repeat(20)}\n`);
    const ran = await rebuild();
    expect(ran.exit).toBe(1);
    expect(parsed(ran)).toMatchObject({ reproduced: false, commit: { recorded: COMMIT, actual: "d1".repeat(20) } });
  });

  it("runs nothing but what it is told to, in a copy, and leaves none behind", async () => {
    const before = scratch();
    const script = `const fs = require("fs"); fs.writeFileSync("echo.wasm", Buffer.from("${MODULE.toString("hex")}", "hex")); console.log("built")`;
    writeFileSync(join(source, "build.cjs"), script);
    writeFileSync(join(source, "echo.wasm"), "not built yet");
    expect((await rebuild()).exit).toBe(1);
    const ran = await rebuild("--run-build", `"${process.execPath}" build.cjs`);
    expect(ran.exit, ran.stderr).toBe(0);
    expect(parsed(ran)).toMatchObject({ reproduced: true });
    expect(readFileSync(join(source, "echo.wasm"), "utf8")).toBe("not built yet");
    const failed = await rebuild("--run-build", `"${process.execPath}" -e "process.exit(3)"`);
    expect(errorOf(failed)).toMatchObject({ code: "RebuildFailed", details: { problem: "it ended with 3" } });
    expect(scratch()).toEqual(before);
  });

  it("is shown to a person, and compares without being asked to", async () => {
    const typed = ["skills", "package", "rebuild", "--artifact", file, "--source", source];
    expect((await palyra(...typed, "--compare")).stdout).toContain("the same acme.echo 1.0.0");
    expect((await palyra(...typed)).stdout).toContain("the same acme.echo 1.0.0");
  });
});
