import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { compose } from "../../src/entry/compose.ts";
import { readIndex, skillsFolder } from "../../src/installed/index.ts";
import { restriction } from "../../src/journal/index.ts";
import { CATALOG } from "../../src/operations/catalog.ts";
import { ask, buildDaemon, TOKEN } from "../daemon/support.ts";
import { newCall, publicKeyOf, sha256, skillFile, temporaryFolder } from "../lifecycle/support.ts";
import type { MixedPlan, MixedResult, SkillArtifacts } from "./driver.ts";

const PEOPLE = 8;
const OPERATIONS = 200;
const VERSIONS = [0, 1, 2];

let driver: Awaited<ReturnType<typeof bundleForNode>>;
let daemons: Awaited<ReturnType<typeof buildDaemon>>;
beforeAll(async () => {
  driver = await bundleForNode(join(repositoryRoot, "packages/palyra/test/together/driver.ts"));
  daemons = await buildDaemon();
});
afterAll(async () => {
  await daemons.remove();
});

async function artifactsOf(folder: string, skillId: string): Promise<SkillArtifacts> {
  const files = VERSIONS.map((at) => skillFile(folder, { id: skillId, version: `1.${at}.0` }));
  return { skillId, files: await Promise.all(files) };
}

function start(plan: MixedPlan): Promise<MixedResult> {
  const child = spawn(process.execPath, [driver.file, JSON.stringify(plan)], { stdio: ["ignore", "pipe", "pipe"] });
  return new Promise((resolve, reject) => {
    const [out, err] = [textOf(child.stdout), textOf(child.stderr)];
    child.on("error", reject);
    child.on("close", async (code, signal) => {
      const line = (await out).trim().split("\n").at(-1) ?? "";
      if (signal !== null || line === "") reject(new Error(`ended with ${signal ?? code}: ${await err}`));
      else resolve(JSON.parse(line));
    });
  });
}

async function textOf(stream: ChildProcess["stdout"]): Promise<string> {
  let text = "";
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}

describe("T10, T11, T18: eight people with two hundred commands each, at once, beside a daemon that audits all the time", () => {
  it("lose nothing of each other's; index, folders, journal and audit file say the same", async () => {
    const root = temporaryFolder();
    const stateRoot = join(root, "state");
    const env = { HOME: root, PALYRA_STATE_ROOT: stateRoot, PALYRA_VAULT_BACKEND: "encrypted_file" };
    const services = compose({ stateRoot }, env);
    const { home } = services;
    const trust = await CATALOG["skills trust add"].load();
    await trust.run(services, { publisher: "acme", publicKey: await publicKeyOf(1) }, newCall());

    const shared = await Promise.all(["north", "south", "east"].map((name) => artifactsOf(root, `acme.${name}`)));
    const keys = await Promise.all([2, 3, 4].map(publicKeyOf));
    const people = Array.from({ length: PEOPLE }, (_, person) => person);
    const plans = await Promise.all(
      people.map(async (person): Promise<MixedPlan> => {
        const own = await Promise.all(["one", "two"].map((name) => artifactsOf(root, `acme.${name}_${person}`)));
        return { stateRoot, person, operations: OPERATIONS, shared, own, keys, env };
      }),
    );
    const daemon = daemons.spawnDaemon(["--port", "0", "--json", "--reaudit-interval-ms", "300"], {
      ...env,
      PALYRA_ADMIN_TOKEN: TOKEN,
    });
    const { url }: { url: string } = JSON.parse((await daemon.ready) ?? "null");
    const results = await Promise.all(plans.map(start));
    expect((await ask(`${url}/readyz`)).json).toEqual({ ready: true, reasons: [] });
    daemon.child.kill("SIGTERM");
    const { code, stderr } = await daemon.ended;
    expect(code).toBe(0);
    const passes = stderr.split("\n").filter((line) => line.includes('"msg":"pass"'));
    expect(passes.length).toBeGreaterThan(3);
    expect(passes.filter((line) => JSON.parse(line).quarantined > 0)).toEqual([]);
    expect(results.flatMap(({ faults }) => faults)).toEqual([]);
    const commands = results.flatMap(({ done }) => Object.values(done)).reduce((sum, each) => sum + each, 0);
    expect(commands).toBeGreaterThan((PEOPLE * OPERATIONS) / 2);

    // Index against folders.
    const { skillsRoot } = home.places;
    const folder = skillsFolder(skillsRoot);
    const index = await readIndex(skillsRoot);
    const recorded = index.entries.map(({ skill_id, version }) => `${skill_id}/${version}`).sort();
    const folders = readdirSync(skillsRoot, { withFileTypes: true })
      .filter((each) => each.isDirectory() && !each.name.startsWith("."))
      .flatMap(({ name }) => readdirSync(join(skillsRoot, name)).map((version) => `${name}/${version}`));
    expect(folders.filter((each) => !each.endsWith("/current")).sort()).toEqual(recorded);
    for (const entry of index.entries)
      expect(sha256(readFileSync(folder.artifact(entry.skill_id, entry.version)))).toBe(entry.artifact_sha256);
    for (const id of new Set(index.entries.map(({ skill_id }) => skill_id)))
      expect(index.entries.filter(({ skill_id, current }) => skill_id === id && current)).toHaveLength(1);
    expect([folder.pending, folder.staging].filter(existsSync)).toEqual([]);

    // What each person alone changed is as that person left it.
    const journal = await home.openJournal(home.places.journal, { create: false });
    if (journal === undefined) throw new Error("no journal");
    const [statusOf, chain] = [await journal.statuses(), await journal.verifyChain()];
    const events = await journal.events({ last: 1_000_000 });
    await journal.close();
    expect(events).toHaveLength(chain.events);
    for (const entry of index.entries) expect(statusOf(entry.skill_id, entry.version).source).toBe("journal");
    const trusted = await (await CATALOG["skills trust list"].load()).run(services, {}, newCall());
    const secrets = await (await CATALOG["secrets list"].load()).run(services, { scope: "global" }, newCall());
    for (const [person, result] of results.entries()) {
      for (const [id, versions] of Object.entries(result.installed))
        expect(recorded.filter((each) => each.startsWith(`${id}/`))).toEqual(versions.map((version) => `${id}/${version}`));
      for (const [subject, status] of Object.entries(result.statuses)) {
        const [id = "", version = ""] = subject.split(" ");
        // T31: a version may have taken over what is stricter from the one that it replaced, never what is less.
        expect(restriction(statusOf(id, version).status), subject).toBeGreaterThanOrEqual(restriction(status));
      }
      const mine = `friend${person}x`;
      const listed = Object.entries(trusted.output.trusted_publishers).filter(([publisher]) => publisher.startsWith(mine));
      expect(Object.fromEntries(listed)).toEqual(
        Object.fromEntries(Object.entries(result.trusted).filter(([, keys]) => keys.length > 0)),
      );
      const held = secrets.output.entries.map(({ key }) => key).filter((key) => key.startsWith(`token_${person}_`));
      expect(held).toEqual(Object.keys(result.secrets).sort());

      // Each command that was done has its event, and none has two.
      const kinds = events.filter(({ principal }) => principal === `user:p${person}`).map(({ kind }) => kind);
      const had = (...names: readonly string[]) => kinds.filter((kind) => names.includes(kind)).length;
      expect(had("skill.installed", "skill.updated"), "installs").toBe(result.done["skills install"] ?? 0);
      expect(had("skill.removed"), "removals").toBe(result.done["skills remove"] ?? 0);
      const enables = had("skill.enabled") - (result.done["skills enable"] ?? 0);
      expect(enables, "enables").toBeGreaterThanOrEqual(0);
      expect(enables, "enables").toBeLessThanOrEqual(result.unsure);
      // A status that another version takes over is an event as well.
      expect(had("skill.quarantined"), "quarantines").toBeGreaterThanOrEqual(result.done["skills quarantine"] ?? 0);
      expect(had("skill.disabled"), "disables").toBeGreaterThanOrEqual(result.done["skills disable"] ?? 0);
    }

    // Every event has its line, none has two. A line that met a busy folder waits; the next command that writes brings it.
    await (await CATALOG["skills quarantine"].load()).run(services, { skillId: "acme.gone", version: "1.0.0" }, newCall());
    const lines = readFileSync(folder.audit, "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).event_ulid).slice(0, -1)).toEqual(events.map(({ event_ulid }) => event_ulid));
  }, 900_000);
});
