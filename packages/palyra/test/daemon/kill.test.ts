/** The daemon killed at every point of a start and of a write through its API: what the next one finds is whole. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compose } from "../../src/entry/compose.ts";
import { skillsFolder } from "../../src/installed/index.ts";
import { STATUS_KINDS } from "../../src/journal/index.ts";
import { commandLine, parsed, temporaryFolder } from "../cli/support.ts";
import { acceptHere, skillFile, treeOf } from "../lifecycle/support.ts";
import { ADMIN, ask, buildDaemon, type DaemonProcess, TOKEN } from "./support.ts";

let daemons: Awaited<ReturnType<typeof buildDaemon>>;
beforeAll(async () => {
  daemons = await buildDaemon();
});
afterAll(() => daemons.remove());

const envOf = (root: string) => ({ HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_ADMIN_TOKEN: TOKEN });
const start = (root: string, fault: { readonly [name: string]: string } = {}): DaemonProcess =>
  daemons.spawnDaemon(["--port", "0", "--json", "--reaudit-interval-ms", "0"], { ...envOf(root), ...fault });

interface Write {
  readonly name: string;
  /** Commands before. */
  readonly before: readonly (readonly string[])[];
  readonly path: string;
  readonly body: object;
  readonly was: string;
  readonly is: string;
}

const OVERRIDE = ["skills", "quarantine", "acme.echo", "--reason", "odd"];
const WRITES: readonly Write[] = [
  {
    name: "quarantine",
    before: [],
    path: "quarantine",
    body: { version: "1.0.0", reason: "odd" },
    was: "active",
    is: "quarantined",
  },
  {
    name: "enable",
    before: [OVERRIDE],
    path: "enable",
    body: { version: "1.0.0", reason: "seen", override: true },
    was: "quarantined",
    is: "active",
  },
];

/** What is in a home: files that matter, the row, the status events, and whether the chain holds. */
async function stateOf(root: string) {
  const { home } = compose({}, envOf(root));
  const palyra = commandLine(root);
  expect((await palyra("skills", "journal", "verify")).exit).toBe(0);
  const listed = await palyra("skills", "list", "--json");
  const { entries }: { entries: readonly { skill_id: string; runtime_status: { status: string } }[] } = JSON.parse(listed.stdout);
  const journal = await home.openJournal(home.places.journal, { create: false });
  const events = (await journal?.events({ last: 1000 })) ?? [];
  const row = await journal?.status("acme.echo", "1.0.0");
  await journal?.close();
  const last = events.filter(({ kind }) => STATUS_KINDS.some((each) => each === kind)).at(-1);
  const lines = readFileSync(skillsFolder(home.places.skillsRoot).audit, "utf8").trimEnd().split("\n");
  return {
    status: entries.find(({ skill_id }) => skill_id === "acme.echo")?.runtime_status.status,
    row: row?.row?.status,
    event: last === undefined ? undefined : String(JSON.parse(last.payload_json).status),
    ulids: events.map(({ event_ulid }) => event_ulid),
    lines: lines.map((line) => String(JSON.parse(line).event_ulid)),
    left: treeOf(join(root, "state")).filter((file) => /\.tmp$|\.pending|\.staging|run\/daemon\.json/.test(file)),
  };
}

async function copyOf(template: string): Promise<string> {
  const root = join(temporaryFolder(), "copy");
  cpSync(template, root, { recursive: true });
  // Another place has no head of its own yet (spec 5.3).
  await acceptHere(compose({}, envOf(root)).home);
  const trust = await commandLine(root)("skills", "trust", "accept-changes", "--yes", "--json");
  expect(parsed(trust)).toBeDefined();
  return root;
}

describe.each(WRITES)("T18: a daemon that is killed while it answers $name", ({ before, path, body, was, is }) => {
  it("leaves status and event of it, or neither; the next daemon starts, and nothing is lost", async () => {
    const template = temporaryFolder();
    const palyra = commandLine(template);
    const file = join(template, "echo.palyra-skill");
    writeFileSync(file, readFileSync(await skillFile(template)));
    expect((await palyra("skills", "install", "--artifact", file, "--allow-untrusted")).exit).toBe(0);
    for (const words of before) expect((await palyra(...words)).exit).toBe(0);

    const found = { neither: 0, both: 0, starts: 0 };
    for (let point = 1, killed = true; killed; point += 1) {
      expect(point, "points").toBeLessThan(100);
      const root = await copyOf(template);
      const daemon = start(root, { PALYRA_FAULT_POINT: `*:${point}` });
      const line = await daemon.ready;
      if (line === undefined) found.starts += 1;
      else {
        const url = `${JSON.parse(line).url}/admin/v1/skills/acme.echo/${path}`;
        const reply = await ask(url, { headers: ADMIN, body }).catch(() => undefined);
        // It may have died at what it does once the answer is out.
        if (reply !== undefined) {
          expect(reply).toMatchObject({ status: 200, json: { status: is } });
          daemon.child.kill("SIGTERM");
        }
      }
      killed = (await daemon.ended).code === null;

      const left = await stateOf(root);
      expect([was, is], `point ${point}`).toContain(left.status);
      expect(left.row, `point ${point}`).toBe(left.status);
      if (left.event !== undefined) expect(left.event, `point ${point}`).toBe(left.status);
      if (left.status === is) found.both += 1;
      else found.neither += 1;

      const next = start(root);
      const ready = await next.ready;
      expect(ready, `point ${point}`).toBeDefined();
      const url = `${JSON.parse(ready ?? "{}").url}/admin/v1/skills/acme.echo/disable`;
      expect((await ask(url, { headers: ADMIN, body: { version: "1.0.0" } })).status).toBe(200);
      next.child.kill("SIGTERM");
      expect((await next.ended).code).toBe(0);
      const after = await stateOf(root);
      expect(after).toMatchObject({ status: "disabled", row: "disabled", event: "disabled", left: [] });
      expect(after.lines, `point ${point}`).toEqual(after.ulids);
      expect(after.ulids.slice(0, left.ulids.length)).toEqual(left.ulids);
    }
    expect(found.neither - found.starts, "killed before the commit").toBeGreaterThan(1);
    expect(found.both, "killed after it").toBeGreaterThan(3);
  }, 300_000);
});
