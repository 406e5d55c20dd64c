// Trust carried from one host to another (spec 3.4).
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { commandLine, errorOf, parsed, type Ran, temporaryFolder } from "../cli/support.ts";
import { publicKeyOf } from "../lifecycle/support.ts";

const NOW = 1_750_000_000_000;
let folder: string;
let ours: ReturnType<typeof commandLine>;
let theirs: ReturnType<typeof commandLine>;
let [one, two, three] = ["", "", ""];
beforeEach(async () => {
  folder = temporaryFolder();
  ours = commandLine(join(folder, "ours"), { now: NOW });
  theirs = commandLine(join(folder, "theirs"), { now: NOW });
  [one, two, three] = [await publicKeyOf(1), await publicKeyOf(2), await publicKeyOf(3)];
});

let files = 0;
async function exported(): Promise<string> {
  const file = join(folder, `export-${files++}.json`);
  expect((await theirs("skills", "trust", "export", "--output", file, "--json")).exit).toBe(0);
  return file;
}
const load = (file: string, ...more: string[]): Promise<Ran> => ours("skills", "trust", "import", file, "--json", ...more);
const list = async (run = ours): Promise<unknown> => parsed(await run("skills", "trust", "list", "--json"));
const storeFile = (): string => join(folder, "ours/state/skills/trust-store.json");

describe("an import", () => {
  it("brings all that an export holds, once, as one journaled change", async () => {
    await theirs("skills", "trust", "add", "acme", one);
    await theirs("skills", "trust", "pin", "globex", two);
    await theirs("skills", "trust", "limit", "acme", one, "--prefix", "acme.echo");
    await theirs("skills", "trust", "revoke", "evil", three, "--reason", "stolen");
    const file = await exported();
    expect(parsed(await load(file, "--yes"))).toMatchObject({
      ...{ changed: true, replaced: false, removed: [], conflicts: [] },
      added: expect.arrayContaining([{ kind: "trusted", subject: "acme", detail: one }]),
    });
    const { trust_store: _, ...here } = Object(await list());
    const { trust_store: __, ...there } = Object(await list(theirs));
    expect(here).toEqual(there);
    expect(parsed(await load(file, "--yes"))).toMatchObject({ changed: false, added: [] });
    expect(parsed(await ours("skills", "journal", "tail", "--json"))).toMatchObject({
      events: [{ payload: { change: "import", added: expect.any(Array) } }],
    });
  });

  it("T5: changes nothing unasked: where nobody can be asked, --yes is needed; declined, nothing is written", async () => {
    await theirs("skills", "trust", "add", "acme", one);
    const file = await exported();
    expect(errorOf(await load(file))).toMatchObject({ code: "Usage", message: expect.stringContaining("--yes") });
    const person = commandLine(join(folder, "ours"), { now: NOW, terminal: true, types: "n\r" });
    const ran = await person("skills", "trust", "import", file);
    expect(ran).toMatchObject({ exit: 1, stderr: expect.stringContaining(`+ trusted  acme  ${one}`) });
    expect(existsSync(storeFile())).toBe(false);
    const yes = commandLine(join(folder, "ours"), { now: NOW, terminal: true, types: "y\r" });
    expect((await yes("skills", "trust", "import", file)).stdout).toContain("imported");
    expect(await list()).toMatchObject({ trusted_publishers: { acme: [one] } });
  });

  it("moves no pin of here, and says so", async () => {
    await ours("skills", "trust", "pin", "acme", one);
    await theirs("skills", "trust", "pin", "acme", two);
    await theirs("skills", "trust", "pin", "globex", three);
    expect(parsed(await load(await exported(), "--yes"))).toMatchObject({
      changed: true,
      conflicts: [{ kind: "first_seen", subject: "acme", ours: one, theirs: two }],
    });
    expect(await list()).toMatchObject({ tofu_publishers: { acme: one, globex: three } });
  });

  it("T35: never frees what is revoked here, unless that is asked for in so many words", async () => {
    await ours("skills", "trust", "revoke", "acme", one, "--reason", "leaked");
    await ours("skills", "trust", "add", "globex", two);
    await theirs("skills", "trust", "add", "acme", one);
    const file = await exported();
    await load(file, "--yes");
    expect(await list()).toMatchObject({ trusted_publishers: { acme: [one], globex: [two] }, revoked_keys: [one] });
    await load(file, "--replace", "--yes");
    expect(await list()).toMatchObject({ trusted_publishers: { acme: [one] }, revoked_keys: [one] });
    expect(Object(await list()).trusted_publishers).not.toHaveProperty("globex");
    expect(errorOf(await load(file, "--allow-unrevoke", "--yes"))).toMatchObject({ code: "Usage" });
    expect(parsed(await load(file, "--replace", "--allow-unrevoke", "--yes"))).toMatchObject({
      removed: [{ kind: "revoked", subject: "acme" }],
    });
    expect(await list()).toMatchObject({ revoked_keys: [] });
  });

  it("leaves registry keys and owners of both in place", async () => {
    await theirs("skills", "trust", "revoke", "evil", three, "--reason", "stolen");
    const file = await exported();
    const said = JSON.parse(readFileSync(file, "utf8"));
    said.trust_constraints.registry_keys = { main: [two] };
    said.trust_constraints.owners = { "acme.echo": "acme" };
    writeFileSync(file, JSON.stringify(said));
    await load(file, "--yes");
    const constraints = JSON.parse(readFileSync(join(folder, "ours/state/skills/trust-constraints.json"), "utf8"));
    expect(constraints).toMatchObject({ registry_keys: { main: [two] }, owners: { "acme.echo": "acme" } });
    await theirs("skills", "trust", "add", "acme", one);
    await load(await exported(), "--yes");
    expect(JSON.parse(readFileSync(join(folder, "ours/state/skills/trust-constraints.json"), "utf8"))).toEqual(constraints);
  });

  it("that follows a list keeps new skills out until it is fetched here", async () => {
    for (const fill of [9]) writeFileSync(join(folder, `${fill}.key`), new Uint8Array(32).fill(fill));
    const source = join(folder, "list.json");
    await theirs(
      ...["skills", "trust", "sign-revocations", "acme-security", "--signing-key-file", join(folder, "9.key")],
      ...["--expires", String(NOW + 1), "--output", source],
    );
    await theirs("skills", "trust", "revocations", "add", "acme-security", await publicKeyOf(9), "--source", source);
    expect((await load(await exported(), "--yes")).exit).toBe(0);
    expect(parsed(await ours("skills", "trust", "revocations", "list", "--json"))).toMatchObject({
      lists: [{ standing: "unfetched" }],
    });
    expect((await ours("skills", "trust", "revocations", "refresh")).stdout).toContain("fresh");
  });

  it("T7: leaves a store that the vault knows: nothing is to be accepted after it", async () => {
    await theirs("skills", "trust", "add", "acme", one);
    await load(await exported(), "--yes");
    expect(parsed(await ours("skills", "trust", "accept-changes", "--json"))).toMatchObject({ changed: false });
  });

  it("is refused where the file is none, is a store, or holds a key under which everything is signed", async () => {
    const file = join(folder, "wrong.json");
    for (const wrong of ["", "{}", '{"trusted_publishers":{}}', "[]"]) {
      writeFileSync(file, wrong);
      expect(errorOf(await load(file, "--yes"))).toMatchObject({ code: "Serialization" });
    }
    await theirs("skills", "trust", "add", "acme", one);
    writeFileSync(file, readFileSync(await exported(), "utf8").replace(one, `01${"00".repeat(31)}`));
    expect(errorOf(await load(file, "--yes"))).toMatchObject({ code: "Usage" });
    expect(errorOf(await load(join(folder, "missing.json"), "--yes"))).toMatchObject({ code: "Io" });
    expect(existsSync(storeFile())).toBe(false);
  });
});

it("an export writes over nothing", async () => {
  const file = await exported();
  expect(errorOf(await theirs("skills", "trust", "export", "--output", file, "--json"))).toMatchObject({
    code: "Io",
    details: { code: "EEXIST" },
  });
});
