/** The daemon as it is shipped, its re-audit on a thread of its own, over real files (spec 5.4, issue: proof). */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/files/index.ts";
import { commandLine, errorOf, parsed, temporaryFolder } from "../cli/support.ts";
import { publicKeyOf, skillFile } from "../lifecycle/support.ts";
import { ADMIN, ask, buildDaemon, type DaemonProcess, TOKEN } from "./support.ts";

let daemons: Awaited<ReturnType<typeof buildDaemon>>;
beforeAll(async () => {
  daemons = await buildDaemon();
});
afterAll(() => daemons.remove());

/** Between passes; the first is at once. */
const INTERVAL_MS = 200;
const running: DaemonProcess[] = [];
afterEach(async () => {
  for (const daemon of running.splice(0)) {
    daemon.child.kill("SIGTERM");
    expect((await daemon.ended).code).toBe(0);
  }
});

async function start(
  root: string,
  words: readonly string[] = [],
  env: { readonly [name: string]: string } = {},
): Promise<string> {
  const all = { HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_ADMIN_TOKEN: TOKEN, ...env };
  const daemon = daemons.spawnDaemon(["--port", "0", "--json", "--reaudit-interval-ms", String(INTERVAL_MS), ...words], all);
  const line = await daemon.ready;
  if (line === undefined) throw new Error((await daemon.ended).stderr);
  running.push(daemon);
  return String(JSON.parse(line).url);
}

interface Row {
  readonly status: string;
  readonly reason?: string;
  readonly operator_principal?: string;
}

/** By skill id, as `list` has them. */
async function statuses(root: string): Promise<{ readonly [skillId: string]: Row }> {
  const listed = await commandLine(root)("skills", "list", "--json");
  const { entries }: { entries: readonly { skill_id: string; runtime_status: Row }[] } = JSON.parse(listed.stdout);
  return Object.fromEntries(entries.map(({ skill_id, runtime_status }) => [skill_id, runtime_status]));
}

const readiness = async (url: string) => (await ask(`${url}/readyz`)).json;

async function until<Value>(look: () => Promise<Value>, isIt: (value: Value) => boolean): Promise<Value> {
  for (let attempt = 0; ; attempt += 1) {
    const value = await look();
    if (isIt(value)) return value;
    if (attempt > 600) throw new Error(`it does not come: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function withSkills(...specs: Parameters<typeof skillFile>[1][]): Promise<string> {
  const root = temporaryFolder();
  for (const spec of specs) {
    const file = await skillFile(temporaryFolder(), spec);
    expect(await commandLine(root)("skills", "install", "--artifact", file, "--allow-untrusted", "--yes")).toMatchObject({
      exit: 0,
    });
  }
  return root;
}

const folderOf = (root: string, skillId: string) => join(root, "state/skills", skillId, "1.0.0");

function changeByte(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

describe("T1, T12, T19, T42: what goes wrong after the install is noticed by the next pass", () => {
  it("a byte of an extracted file, a byte of the artifact, no artifact, a revoked key; and nothing else is touched", async () => {
    const root = await withSkills(
      { id: "acme.file" },
      { id: "acme.artifact" },
      { id: "acme.gone" },
      { id: "acme.sound" },
      { publisher: "globex", key: 2 },
    );
    const url = await start(root);
    expect(Object.values(await statuses(root)).map(({ status }) => status)).toEqual(Array(5).fill("active"));

    changeByte(join(folderOf(root, "acme.file"), "modules/module.wasm"), 12);
    changeByte(join(folderOf(root, "acme.artifact"), "artifact.palyra-skill"), 100);
    rmSync(join(folderOf(root, "acme.gone"), "artifact.palyra-skill"));
    const revoked = await commandLine(root)("skills", "trust", "revoke", "globex", await publicKeyOf(2), "--reason", "leaked");
    expect(revoked).toMatchObject({ exit: 0 });

    const after = await until(
      () => statuses(root),
      (rows) => Object.values(rows).filter(({ status }) => status === "quarantined").length === 4,
    );
    expect(after).toMatchObject({
      "acme.file": { reason: "periodic_reaudit_failed: extracted_file_changed (modules/module.wasm)" },
      "acme.artifact": { reason: expect.stringMatching(/^periodic_reaudit_failed: artifact_digest_mismatch \([0-9a-f]{64}\)$/) },
      "acme.gone": { reason: "periodic_reaudit_missing_artifact" },
      "globex.echo": { reason: "periodic_reaudit_failed: RevokedKey", operator_principal: "system:daemon" },
      "acme.sound": { status: "active" },
    });

    // Seen everywhere: check, API, metrics, journal.
    const checked: { results: readonly { inventory: { skill_id: string }; check_status: string }[] } = JSON.parse(
      (await commandLine(root)("skills", "check", "--json")).stdout,
    );
    const ready = checked.results.filter(({ check_status }) => check_status === "ready");
    expect(ready.map(({ inventory }) => inventory.skill_id)).toEqual(["acme.sound"]);
    const shown = await ask(`${url}/admin/v1/skills/acme.gone`, { headers: ADMIN });
    expect(shown.text).toContain("periodic_reaudit_missing_artifact");
    expect((await ask(`${url}/metrics`, { headers: ADMIN })).text).toMatch(/quarantined"?\} 4\b/);
    const tail = await commandLine(root)("skills", "journal", "tail", "--kind", "skill.quarantined", "--json");
    expect(parsed(tail)).toMatchObject({
      events: Array(4).fill({
        principal: "system:daemon",
        payload: { status: "quarantined", operator_principal: "system:daemon" },
      }),
    });

    // No way back but a person's, with a reason that is kept; and what is not mended is stopped again.
    expect((await commandLine(root)("skills", "enable", "acme.file")).exit).not.toBe(0);
    changeByte(join(folderOf(root, "acme.file"), "modules/module.wasm"), 12);
    const enabled = await commandLine(root)("skills", "enable", "acme.file", "--override", "--reason", "restored from a copy");
    expect(enabled).toMatchObject({ exit: 0 });
    const gone = await commandLine(root)("skills", "enable", "acme.gone", "--override", "--json");
    expect(JSON.stringify(errorOf(gone))).toContain("is missing from the skills folder");
    expect((await commandLine(root)("skills", "enable", "acme.artifact", "--override")).exit).toBe(0);
    await until(
      () => statuses(root),
      (rows) => rows["acme.artifact"]?.status === "quarantined",
    );
    expect(await statuses(root)).toMatchObject({ "acme.file": { status: "active", reason: "restored from a copy" } });
    expect(await commandLine(root)("skills", "journal", "verify")).toMatchObject({ exit: 0 });
  });
});

describe("what is the host's state and no skill's stops the pass, and quarantines nobody", () => {
  const cases: readonly { readonly name: string; readonly file: string; readonly code: string }[] = [
    { name: "a byte of the index", file: "state/skills/installed-index.json", code: "IndexInvalid" },
    { name: "T7: a byte of the trust store", file: "state/skills/trust-store.json", code: "TrustStoreChanged" },
    { name: "T7: a byte of the constraints", file: "state/skills/trust-constraints.json", code: "TrustStoreChanged" },
  ];
  it.each(cases)("$name", async ({ file, code }) => {
    const root = await withSkills({ id: "acme.one" });
    const url = await start(root);
    await until(
      () => readiness(url),
      ({ ready }) => ready === true,
    );
    const honest = readFileSync(join(root, file));
    writeFileSync(join(root, file), `${honest.toString().slice(0, -2)}!`);
    await until(
      () => readiness(url),
      ({ reasons }) => Array.isArray(reasons) && reasons.includes(code),
    );
    writeFileSync(join(root, file), honest, { mode: 0o600 });
    await until(
      () => readiness(url),
      ({ ready }) => ready === true,
    );
    expect(await statuses(root)).toMatchObject({ "acme.one": { status: "active" } });
  });

  it("T26: an event that is edited in place, until it is what it was", async () => {
    const root = await withSkills({ id: "acme.one" });
    const url = await start(root);
    await until(
      () => readiness(url),
      ({ ready }) => ready === true,
    );
    const edit = (principal: string): string => {
      const database = openDatabase(join(root, "state/data/journal.sqlite3"), { busyTimeoutMs: 5000 });
      let before = "";
      database.select(["principal"], "FROM skill_events WHERE seq = 1", [], ([found]) => {
        before = String(found);
      });
      database.exec(
        `DROP TRIGGER IF EXISTS skill_events_no_update; UPDATE skill_events SET principal = '${principal}' WHERE seq = 1`,
      );
      database.close();
      return before;
    };
    const before = edit("user:nobody");
    await until(
      () => readiness(url),
      ({ reasons }) => Array.isArray(reasons) && reasons.includes("JournalChainBroken"),
    );
    edit(before);
    await until(
      () => readiness(url),
      ({ ready }) => ready === true,
    );
  });

  it("a policy that became invalid; one that became stricter stops what it refuses", async () => {
    const root = await withSkills({ id: "acme.one" });
    const policy = join(root, "policy.json");
    writeFileSync(policy, "{}");
    const url = await start(root, [], { PALYRA_SKILL_AUDIT_POLICY: policy });
    writeFileSync(policy, '{\n  "max_module_bytes": "many"\n}');
    await until(
      () => readiness(url),
      ({ reasons }) => Array.isArray(reasons) && reasons.includes("PolicyInvalid"),
    );
    expect(await statuses(root)).toMatchObject({ "acme.one": { status: "active" } });
    writeFileSync(policy, '{ "max_module_bytes": 8 }');
    const after = await until(
      () => statuses(root),
      (rows) => rows["acme.one"]?.status === "quarantined",
    );
    expect(after["acme.one"]?.reason).toMatch(/^periodic_reaudit_failed: wasm_module_size_limit \(/);
  });

  it("an invalid policy stops the daemon at start, with its line", async () => {
    const root = temporaryFolder();
    const policy = join(root, "policy.json");
    writeFileSync(policy, '{\n  "max_module_bytes": "many"\n}');
    await expect(start(root, ["--audit-policy", policy])).rejects.toThrow(/PolicyInvalid[\s\S]*"line": 2/);
  });
});
