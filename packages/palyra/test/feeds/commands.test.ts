// `palyra skills feed`, and what the daemon does of it: as processes, against a server of this machine (spec 4.3, 5.4).
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { buildDaemon, TOKEN } from "../daemon/support.ts";
import { skillFile, temporaryFolder } from "../lifecycle/support.ts";
import { CERTIFICATE } from "../net/certificate.ts";
import { httpsServer } from "../net/server.ts";

let program: Awaited<ReturnType<typeof bundleForNode>>;
let daemons: Awaited<ReturnType<typeof buildDaemon>>;
beforeAll(async () => {
  program = await bundleForNode(join(repositoryRoot, "packages/palyra/test/operations/driver.ts"));
  daemons = await buildDaemon();
});
afterAll(async () => {
  await daemons.remove();
});

const LODASH = { type: "library", name: "lodash", version: "4.17.20", purl: "pkg:npm/lodash@4.17.20" };
const record = (id: string, name: string) =>
  JSON.stringify({
    id,
    modified: new Date(Date.now() - 86_400_000).toISOString(),
    severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N" }],
    affected: [{ package: { ecosystem: "npm", name }, ranges: [{ type: "SEMVER", events: [{ introduced: "0" }] }] }],
  });

/** A state root, and an address whose feed can be changed. */
async function place() {
  const root = temporaryFolder();
  const at = { root, lines: [record("A-1", "minimist")], asked: 0, address: "", env: {} };
  const origin = await httpsServer((request, response) => {
    at.asked += 1;
    const etag = `"${at.lines.length}"`;
    if (request.headers["if-none-match"] === etag) response.writeHead(304).end();
    else response.writeHead(200, { etag }).end(at.lines.join("\n"));
  });
  at.address = `${origin}/all.jsonl?token=hidden`;
  const ca = join(root, "ca.pem");
  writeFileSync(ca, CERTIFICATE);
  at.env = {
    HOME: root,
    PALYRA_STATE_ROOT: join(root, "state"),
    PALYRA_VAULT_BACKEND: "encrypted_file",
    PALYRA_SKILL_AUDIT_VULN_FEED_HOOK: at.address,
    NODE_EXTRA_CA_CERTS: ca,
  };
  return at;
}
type Place = Awaited<ReturnType<typeof place>>;

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
function palyra({ env }: Pick<Place, "env">, ...words: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [program.file, ...words], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return new Promise((resolve, reject) => {
    const [out, err] = [textOf(child.stdout), textOf(child.stderr)];
    child.on("error", reject);
    child.on("close", async (code) => resolve({ code, stdout: await out, stderr: await err }));
  });
}
async function textOf(stream: ChildProcess["stdout"]): Promise<string> {
  let text = "";
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}
const cacheOf = ({ root }: Place): string => join(root, "state", "cache", "feeds");
const cached = (at: Place, end: string): string =>
  join(cacheOf(at), readdirSync(cacheOf(at)).find((name) => name.endsWith(end)) ?? "");

describe("skills feed", () => {
  it("fetches an address, says what is here and how old it is, and asks for no more than is new", async () => {
    const at = await place();
    const none = await palyra(at, "skills", "feed", "status", "--json");
    expect(none.code).toBe(1);
    expect(JSON.parse(none.stdout)).toMatchObject({ state: "unreadable", problem: expect.stringMatching(/not fetched yet/) });
    const first = await palyra(at, "skills", "feed", "refresh", "--json");
    expect([first.code, JSON.parse(first.stdout)]).toMatchObject([0, { state: "ready", records: 1, changed: true }]);
    expect(first.stdout + first.stderr).not.toContain("hidden");
    const again = await palyra(at, "skills", "feed", "refresh", "--json");
    expect(JSON.parse(again.stdout)).toMatchObject({ changed: false });
    at.lines.push(record("A-2", "lodash"));
    expect(JSON.parse((await palyra(at, "skills", "feed", "refresh", "--json")).stdout)).toMatchObject({
      records: 2,
      changed: true,
    });
    const asked = at.asked;
    const { code, stdout } = await palyra(at, "skills", "feed", "status");
    expect([code, at.asked]).toEqual([0, asked]);
    expect(stdout).toMatch(/records\s+2/);
    expect(stdout).not.toContain("hidden");
  });

  it("says what to do where the address answers with something else, or shows a certificate of nobody", async () => {
    const at = await place();
    await palyra(at, "skills", "feed", "refresh");
    at.lines = ["<html>", "</html>"];
    const page = await palyra(at, "skills", "feed", "refresh");
    expect(page.code).toBe(1);
    expect(page.stderr).toContain("what it answers with is no feed");
    expect(page.stderr).toContain("audits go on with what was fetched before");
    expect(page.stderr).not.toContain("hidden");
    const unknown = await palyra({ env: { ...at.env, NODE_EXTRA_CA_CERTS: "" } }, "skills", "feed", "refresh");
    expect(unknown.stderr).toContain("NODE_EXTRA_CA_CERTS=FILE");
    expect(JSON.parse((await palyra(at, "skills", "feed", "status", "--json")).stdout)).toMatchObject({ records: 1 });
  });
});

describe("T16, T32: the daemon", () => {
  const installed = async (): Promise<Place> => {
    const at = await place();
    const file = await skillFile(at.root, { components: [LODASH] });
    expect((await palyra(at, "skills", "feed", "refresh")).code).toBe(0);
    const install = await palyra(at, "skills", "install", "--artifact", file, "--allow-untrusted", "--yes", "--json");
    expect(install.code, install.stderr).toBe(0);
    at.lines.push(record("A-2", "lodash"));
    return at;
  };
  /** The passes of a daemon until one meets `until`, or so many. */
  async function passesOf(at: Place, until: (pass: { readonly quarantined?: number }) => boolean, most: number) {
    const daemon = daemons.spawnDaemon(["--port", "0", "--json", "--reaudit-interval-ms", "250"], {
      ...at.env,
      PALYRA_ADMIN_TOKEN: TOKEN,
    });
    const passes: { readonly quarantined?: number }[] = [];
    const enough = new Promise<void>((resolve) => {
      let text = "";
      daemon.child.stderr?.on("data", (chunk) => {
        text += String(chunk);
        passes.length = 0;
        const lines = text.split("\n").slice(0, -1);
        passes.push(...lines.filter((line) => line.includes('"msg":"pass"')).map((line) => JSON.parse(line)));
        if (passes.length >= most || passes.some(until)) resolve();
      });
    });
    await Promise.race([enough, daemon.ended]);
    daemon.child.kill("SIGTERM");
    const { stderr } = await daemon.ended;
    return { passes, stderr };
  }
  const quarantines = ({ quarantined = 0 }: { readonly quarantined?: number }): boolean => quarantined > 0;

  it("renews an address before a pass where nothing of it was fetched, and quarantines by what is new", async () => {
    const at = await installed();
    rmSync(cacheOf(at), { recursive: true });
    const { passes, stderr } = await passesOf(at, quarantines, 40);
    expect(passes.some(quarantines), stderr).toBe(true);
    const list = JSON.parse((await palyra(at, "skills", "list", "--json")).stdout);
    expect(JSON.stringify(list)).toContain('"quarantined"');
  });

  it("asks nobody where it was fetched a while ago, and again where somebody changed what was", async () => {
    const at = await installed();
    const before = at.asked;
    const { passes } = await passesOf(at, quarantines, 3);
    expect([at.asked, passes.some(quarantines)]).toEqual([before, false]);
    writeFileSync(cached(at, ".feed"), readFileSync(cached(at, ".feed"), "utf8").replace("minimist", "minimisT"));
    const after = await passesOf(at, quarantines, 40);
    expect(at.asked).toBe(before + 1);
    expect(after.passes.some(quarantines), after.stderr).toBe(true);
  });

  it("goes on with what is here where the address does not answer, and says so", async () => {
    const at = await installed();
    rmSync(cached(at, ".json"));
    const { stderr } = await passesOf({ ...at, env: { ...at.env, NODE_EXTRA_CA_CERTS: "" } }, () => false, 2);
    expect(stderr).toContain("could not be renewed (FeedUnreachable)");
    expect(stderr).not.toContain("hidden");
  });
});
