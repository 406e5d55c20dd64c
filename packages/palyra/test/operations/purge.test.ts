/** What a skill's tools have written, when the skill is removed: kept and told, or gone by a person's word. */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { measureSkillData, removeSkillData } from "../../src/execution/index.ts";
import { commandLine, errorOf, parsed, type Ran, temporaryFolder } from "../cli/support.ts";
import { type SkillSpec, skillFile } from "../lifecycle/support.ts";

let root: string;
let state: string;
let data: string;
beforeEach(() => {
  root = temporaryFolder();
  state = join(root, "state");
  data = join(state, "skill-data", "acme.echo");
});
const palyra = (...argv: string[]): Promise<Ran> => commandLine(root)("skills", ...argv);
const typing = (types: string) => commandLine(root, { types, terminal: true, columns: 200, env: { NO_COLOR: "1" } });
const json = async (...argv: string[]): Promise<unknown> => parsed(await palyra(...argv, "--json"));
async function install(spec: SkillSpec = {}): Promise<void> {
  expect(await palyra("install", "--artifact", await skillFile(root, spec), "--allow-untrusted")).toMatchObject({ exit: 0 });
}
function written(): void {
  mkdirSync(join(data, "notes", "old"), { recursive: true, mode: 0o700 });
  writeFileSync(join(data, "notes", "one.txt"), "12345");
  writeFileSync(join(data, "notes", "old", "two.txt"), "123");
}
const purge = ["remove", "acme.echo", "--purge-data"] as const;

describe("skills remove", () => {
  it("keeps what tools have written, and says where and how it goes", async () => {
    await install();
    written();
    const { stdout } = await palyra("remove", "acme.echo");
    expect(stdout).toContain(`stays in ${data}`);
    expect(stdout).toContain("palyra skills remove acme.echo --purge-data");
    // What is left alone goes by the same command, as it was told.
    expect(await json(...purge, "--yes")).toMatchObject({ removed_versions: [], data_removed: { folder: data, files: 2 } });
    expect(existsSync(data)).toBe(false);
    expect(errorOf(await palyra(...purge, "--yes", "--json")).code).toBe("NotInstalled");
  });

  it("--purge-data asks, a no removes nothing, and where nobody can be asked --yes has to stand there", async () => {
    await install();
    written();
    expect((await palyra(...purge)).exit).toBe(2);
    const no = await typing("n\n")("skills", ...purge);
    expect([no.exit, no.stderr]).toEqual([1, expect.stringContaining(`${data}: 2 files, 8 B`)]);
    expect([existsSync(data), Object(await json("list")).count]).toEqual([true, 1]);
    const yes = await typing("y\n")("skills", ...purge);
    expect([yes.exit, yes.stdout]).toEqual([0, expect.stringContaining("removed what its tools have written, 2 files, 8 B")]);
    expect([existsSync(data), readdirSync(join(state, "skill-data"))]).toEqual([false, []]);
    const { events } = Object(await json("journal", "tail"));
    expect(events.slice(-2).map(({ event_kind }: { event_kind: string }) => event_kind)).toEqual([
      "skill.removed",
      "skill.data_removed",
    ]);
  });

  it("leaves what an operator has granted, and the folders of it, and says so before and after", async () => {
    const srv = join(root, "srv");
    mkdirSync(srv);
    writeFileSync(join(srv, "kept.txt"), "an operator's");
    await install();
    written();
    expect((await palyra("grant", "add", "acme.echo", "--root", `notes=${srv}`, "--max-wall-ms", "900")).exit).toBe(0);
    const said = `stays for a version that is installed later, and so do the folders that were granted as roots, with what is in them (${srv})`;
    expect((await typing("n\n")("skills", ...purge)).stderr.replace(/\s+/g, " ")).toContain(said);
    const { exit, stderr } = await palyra(...purge, "--yes");
    expect([exit, stderr]).toEqual([0, expect.stringContaining(said)]);
    expect(stderr).toContain("palyra skills grant remove acme.echo --all");
    expect(readFileSync(join(srv, "kept.txt"), "utf8")).toBe("an operator's");
    await install();
    await palyra("grant", "remove", "acme.echo", "--all");
    expect((await palyra("remove", "acme.echo")).stderr).not.toContain("granted");
  });

  it("--dry-run says what would go, and removes nothing", async () => {
    await install();
    written();
    const plan = {
      dry_run: true,
      versions: ["1.0.0"],
      versions_left: [],
      data: { folder: data, files: 2, bytes: 8, more: false },
    };
    expect(await json(...purge, "--dry-run")).toMatchObject({ ...plan, data_goes: true });
    expect(await json("remove", "acme.echo", "--dry-run")).toMatchObject({ ...plan, data_goes: false });
    expect((await palyra(...purge, "--dry-run")).stdout).toMatch(/would remove acme\.echo 1\.0\.0\n.*would remove: .*2 files/);
    expect([existsSync(data), Object(await json("list")).count]).toEqual([true, 1]);
  });

  it("--purge-data keeps it while a version is left", async () => {
    await install();
    await install({ version: "1.1.0" });
    written();
    const ran = await palyra(...purge, "--yes");
    expect([ran.exit, ran.stderr]).toEqual([0, expect.stringContaining("stays: 1.0.0 of it is left")]);
    expect(existsSync(data)).toBe(true);
  });
});

describe("T23: the end of a skill's folder", () => {
  it("follows no link out of it, and takes what lies deep", async () => {
    await install();
    written();
    const outside = join(root, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "kept.txt"), "kept");
    symlinkSync(outside, join(data, "notes", "folder"));
    symlinkSync(join(outside, "kept.txt"), join(data, "file"));
    let deep = data;
    for (let at = 0; at < 60; at++) {
      deep = join(deep, "deeper");
      mkdirSync(deep);
      writeFileSync(join(deep, "x"), "x");
    }
    expect(await palyra(...purge, "--yes")).toMatchObject({ exit: 0 });
    expect(existsSync(data)).toBe(false);
    expect(readFileSync(join(outside, "kept.txt"), "utf8")).toBe("kept");
  });

  it("is refused where a link lies in its place, or in that of the folder of all", async () => {
    await install();
    const outside = join(root, "outside");
    mkdirSync(join(outside, "acme.echo"), { recursive: true });
    writeFileSync(join(outside, "acme.echo", "kept.txt"), "kept");
    mkdirSync(join(state, "skill-data"), { mode: 0o700 });
    symlinkSync(join(outside, "acme.echo"), data);
    expect(errorOf(await palyra(...purge, "--yes", "--json")).code).toBe("UnsafeStateRoot");
    expect(lstatSync(data).isSymbolicLink()).toBe(true);
    const other = join(root, "other");
    mkdirSync(other);
    symlinkSync(outside, join(other, "skill-data"));
    expect(() => removeSkillData(other, "acme.echo")).toThrow(expect.objectContaining({ code: "UnsafeStateRoot" }));
    expect(readFileSync(join(outside, "acme.echo", "kept.txt"), "utf8")).toBe("kept");
  });

  it.each(["../skills", "..", ".", "", "acme.echo/notes", "a..b"])("is nobody's by the name %j", async (name) => {
    await install();
    written();
    expect(measureSkillData(state, name)).toBeUndefined();
    expect(removeSkillData(state, name)).toBe(false);
    if (name !== "") expect((await palyra("remove", name, "--purge-data", "--yes")).exit).toBe(1);
    expect([existsSync(join(state, "skills", "acme.echo")), existsSync(join(data, "notes", "one.txt"))]).toEqual([true, true]);
  });
});
