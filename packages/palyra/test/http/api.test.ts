/** What each route answers (spec 8), of a daemon on a free port. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { beforeAll, describe, expect, it } from "vitest";
import { commandLine, parsed, temporaryFolder } from "../cli/support.ts";
import { ADMIN, admin, ask, type Daemon, startDaemon } from "../daemon/support.ts";
import { skillBytes } from "../lifecycle/support.ts";
import { type OpenApi, routesForTests } from "./support.ts";

let daemon: Daemon;
let palyra: ReturnType<typeof commandLine>;
let root: string;
beforeAll(async () => {
  root = temporaryFolder();
  palyra = commandLine(root);
  const skills = [
    { id: "acme.echo" },
    { id: "acme.echo", version: "1.10.0" },
    { id: "acme.echo", version: "1.9.0" },
    { id: "acme.other" },
    { id: "globex.tool", publisher: "globex", key: 2 },
  ];
  for (const skill of skills) {
    const file = join(root, "artifact.palyra-skill");
    writeFileSync(file, await skillBytes(skill));
    const ran = await palyra("skills", "install", "--artifact", file, "--allow-untrusted", "--allow-downgrade", "--json");
    expect(ran.exit, ran.stderr).toBe(0);
  }
  daemon = await startDaemon(root);
});

const get = async (path: string) => (await admin(daemon, path)).json;
const post = (path: string, body: object) => admin(daemon, path, { body });
const faultsOf = async (reply: ReturnType<typeof admin>) => {
  const { status, json } = await reply;
  return { status, code: json["code"], details: json["details"] };
};
const problem = (status: number, code: string, ...paths: string[]) => ({
  status,
  code,
  details: { faults: paths.map((path) => expect.objectContaining({ path })) },
});
const ids = (page: { readonly [key: string]: unknown }) =>
  v
    .parse(v.array(v.object({ skill_id: v.string(), version: v.string() })), page["entries"])
    .map(({ skill_id, version }) => `${skill_id}@${version}`);

const ALL = ["acme.echo@1.0.0", "acme.echo@1.9.0", "acme.echo@1.10.0", "acme.other@1.0.0", "globex.tool@1.0.0"];

describe("GET /admin/v1/skills", () => {
  it("has the entries of list", async () => {
    const listed = parsed(await palyra("skills", "list", "--json"));
    expect(await get("/admin/v1/skills")).toEqual({ ...Object(listed), next_cursor: null });
  });

  it("comes in pages that go on where the last one ended, whatever was removed meanwhile", async () => {
    const seen: string[] = [];
    let cursor = "";
    for (let page = 0; page < 5; page++) {
      const answer = await get(`/admin/v1/skills?limit=2${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);
      seen.push(...ids(answer));
      if (answer["next_cursor"] === null) break;
      cursor = String(answer["next_cursor"]);
    }
    expect(seen).toEqual(ALL);
    expect(ids(await get("/admin/v1/skills?cursor=acme.echo@1.9.5"))).toEqual(ALL.slice(2));
    expect(ids(await get("/admin/v1/skills?cursor=zzz@1.0.0"))).toEqual([]);
  });

  it("takes the filters of list", async () => {
    expect(ids(await get("/admin/v1/skills?publisher=%20GLOBEX"))).toEqual(["globex.tool@1.0.0"]);
    const current = ids(await get("/admin/v1/skills?current_only=true"));
    expect(current).toHaveLength(3);
    expect(ids(await get("/admin/v1/skills?current_only=false"))).toEqual(ALL);
    await post("/admin/v1/skills/acme.other/quarantine", { version: "1.0.0" });
    expect(ids(await get("/admin/v1/skills?quarantined_only=true"))).toEqual(["acme.other@1.0.0"]);
    const eligible = ids(await get("/admin/v1/skills?eligible_only=true&limit=1"));
    expect(eligible).toEqual(["acme.echo@1.0.0"]);
    await post("/admin/v1/skills/acme.other/enable", { version: "1.0.0", override: true });
  });

  it.each([
    ["limit=0", "query.limit"],
    ["limit=1001", "query.limit"],
    ["limit=ten", "query.limit"],
    ["limit=1&limit=2", "query.limit"],
    ["cursor=nonsense", "query.cursor"],
    ["current_only=yes", "query.current_only"],
    ["publisher=", "query.publisher"],
    ["unknown=1", "query.unknown"],
  ])("refuses %s", async (query, path) => {
    expect(await faultsOf(admin(daemon, `/admin/v1/skills?${query}`))).toEqual(problem(400, "InvalidRequest", path));
  });
});

describe("GET /admin/v1/skills/{skill_id}", () => {
  it("is the current version with its last audit, or none", async () => {
    const before = await get("/admin/v1/skills/globex.tool");
    expect(before).toMatchObject({
      inventory: { skill_id: "globex.tool", version: "1.0.0" },
      last_audit: { principal: "user:local" },
    });
    const { json: audited } = await post("/admin/v1/skills/globex.tool/audit", {});
    expect(audited).toMatchObject({ summary: { audited: 1 } });
    const after = await get("/admin/v1/skills/globex.tool?version=1.0.0");
    expect(after).toMatchObject({ last_audit: { principal: "user:ops", should_quarantine: false, quarantine_reasons: [] } });
  });
  it("that is not installed is 404", async () => {
    for (const path of ["acme.none", "acme.echo?version=9.0.0", "ACME.echo", "%2e%2e%2fetc", "a%00b"])
      expect((await admin(daemon, `/admin/v1/skills/${path}`)).json).toMatchObject({ status: 404, code: "NotInstalled" });
  });
});

describe("POST /admin/v1/skills/{skill_id}/…", () => {
  it("answers as the command does, and the very next read shows it", async () => {
    const at = Date.now();
    const { status, json } = await post("/admin/v1/skills/acme.other/quarantine", { version: "1.0.0", reason: "looks odd" });
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        skill_id: "acme.other",
        version: "1.0.0",
        status: "quarantined",
        reason: "looks odd",
        detected_at_ms: expect.any(Number),
        operator_principal: "user:ops",
      },
    });
    expect(Number(json["detected_at_ms"])).toBeGreaterThanOrEqual(at);
    expect(await get("/admin/v1/skills/acme.other")).toMatchObject({ inventory: { runtime_status: { status: "quarantined" } } });
    expect((await post("/admin/v1/skills/acme.other/disable", { version: "1.0.0" })).json).toMatchObject({ status: "disabled" });
    expect((await post("/admin/v1/skills/acme.other/enable", { version: "1.0.0", override: true })).json).toMatchObject({
      status: "active",
    });
  });

  it.each([
    ["quarantine", {}, "body.version"],
    ["quarantine", { version: "1" }, "body.version"],
    ["quarantine", { version: 1 }, "body.version"],
    ["quarantine", { version: "1.0.0", reason: 5 }, "body.reason"],
    ["quarantine", { version: "1.0.0", override: true }, "body.override"],
    ["quarantine", { version: "1.0.0", status: "active" }, "body.status"],
    ["disable", { version: "1.0.0", operator_principal: "user:x" }, "body.operator_principal"],
    ["enable", { version: "1.0.0" }, "body.override"],
    ["enable", { version: "1.0.0", override: false }, "body.override"],
    ["enable", { version: "1.0.0", override: "true" }, "body.override"],
    ["audit", { version: "1.0.0", trusted_publisher: [] }, "body.trusted_publisher"],
    ["audit", { artifact: "/etc/passwd" }, "body.artifact"],
  ])("%s of %j is 400", async (verb, body, path) => {
    const before = readFileSync(join(root, "state/skills/audit.ndjson"), "utf8");
    expect(await faultsOf(post(`/admin/v1/skills/acme.echo/${verb}`, body))).toEqual(problem(400, "InvalidRequest", path));
    expect(readFileSync(join(root, "state/skills/audit.ndjson"), "utf8")).toBe(before);
  });

  it("is refused where what it asks for cannot be", async () => {
    expect((await post("/admin/v1/skills/acme.none/audit", {})).json).toMatchObject({ status: 404, code: "NotInstalled" });
    expect((await post("/admin/v1/skills/No%20Id/quarantine", { version: "1.0.0" })).json).toMatchObject({
      status: 400,
      code: "Usage",
    });
  });

  it.each([
    ["no JSON", "{", "400 InvalidRequest"],
    ["a key twice", '{"version":"1.0.0","version":"2.0.0"}', "400 InvalidRequest"],
    ["an array", "[]", "400 InvalidRequest"],
    ["a text", '"x"', "400 InvalidRequest"],
    ["no UTF-8", "\ud800", "400 InvalidRequest"],
    ["too much", JSON.stringify({ version: "1.0.0", reason: "x".repeat(65_536) }), "413 BodyTooLarge"],
  ])("a body that is %s is refused", async (_, body, expected) => {
    const { status, json } = await admin(daemon, "/admin/v1/skills/acme.echo/quarantine", { method: "POST", body });
    expect(`${status} ${String(json["code"])}`).toBe(expected);
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "multipart/form-data"])(
    "a body of the type %s is refused",
    async (type) => {
      const asking = { body: { version: "1.0.0" }, headers: { "content-type": type } };
      expect((await admin(daemon, "/admin/v1/skills/acme.echo/quarantine", asking)).json).toMatchObject({ status: 415 });
    },
  );
});

describe("GET /admin/v1/journal", () => {
  it("is read forwards in pages, and backwards from its end", async () => {
    const whole = await get("/admin/v1/journal?limit=1000");
    const events = v.parse(v.array(v.object({ seq: v.number() })), whole["events"]).map(({ seq }) => seq);
    expect(events).toEqual(events.map((_, at) => at + 1));
    expect(whole["next_after"]).toBeNull();
    const page = await get("/admin/v1/journal?limit=2");
    expect(page).toMatchObject({ count: 2, events: [{ seq: 1 }, { seq: 2 }], next_after: 2 });
    expect(await get("/admin/v1/journal?limit=2&after=2")).toMatchObject({ events: [{ seq: 3 }, { seq: 4 }] });
    expect(await get("/admin/v1/journal?limit=1&last=true")).toMatchObject({
      events: [{ seq: events.at(-1) }],
      next_after: null,
    });
  });
  it("is filtered by skill and kinds", async () => {
    const found = await get("/admin/v1/journal?skill=globex.tool&kind=skill.installed&kind=skill.updated");
    expect(found).toMatchObject({
      filter: { skill: "globex.tool", kinds: ["skill.installed", "skill.updated"] },
      events: [{ event_kind: "skill.installed", payload: { skill_id: "globex.tool" } }],
    });
  });
});

describe("the service", () => {
  it("has metrics of closed sets of labels", async () => {
    await ask(`${daemon.url}/made-up/${Math.random()}`, { headers: ADMIN });
    await ask(`${daemon.url}/admin/v1/skills`, { method: "BREW", headers: ADMIN }).catch(() => {});
    const { text, headers } = await ask(`${daemon.url}/metrics`, { headers: ADMIN });
    expect(headers["content-type"]).toContain("text/plain");
    expect(text).toContain('palyra_skills{status="active"} 3');
    expect(text).toContain('palyra_http_requests_total{route="none",method="GET",code="404"}');
    expect(text).toContain("palyra_ready 1");
    expect(text).not.toContain("made-up");
    expect(text).not.toContain("acme");
  });
  it("is not ready where its index cannot be read, and is again when it can", async () => {
    const index = join(root, "state/skills/installed-index.json");
    const whole = readFileSync(index);
    writeFileSync(index, "{");
    const { status, json } = await ask(`${daemon.url}/readyz`);
    expect({ status, json }).toEqual({ status: 503, json: { ready: false, reasons: ["IndexInvalid"] } });
    expect((await admin(daemon, "/admin/v1/skills")).json).toMatchObject({ status: 503, code: "IndexInvalid" });
    expect((await ask(`${daemon.url}/healthz`)).status).toBe(200);
    writeFileSync(index, whole);
    expect((await ask(`${daemon.url}/readyz`)).json).toEqual({ ready: true, reasons: [] });
  });
  it("says which methods an address takes", async () => {
    const { status, headers } = await admin(daemon, "/admin/v1/skills", { method: "DELETE" });
    expect({ status, allow: headers["allow"] }).toEqual({ status: 405, allow: "GET" });
    expect((await admin(daemon, "/admin/v1/skills/")).status).toBe(404);
    expect((await admin(daemon, "/admin/v1/skills", { method: "HEAD" })).text).toBe("");
  });
  it("proves its secret to whoever sends a nonce, and only that", async () => {
    const challenge = (body: object) => ask(`${daemon.url}/challenge`, { body });
    expect((await challenge({ nonce: "ab".repeat(32) })).json).toEqual({ proof: expect.stringMatching(/^[0-9a-f]{64}$/) });
    for (const nonce of ["", "ab", "AB".repeat(32), "ab".repeat(33), 5]) expect((await challenge({ nonce })).status).toBe(400);
  });
});

describe("what somebody else does", () => {
  it("is seen by the next read: a command without this daemon, another index, another journal", async () => {
    const alone = commandLine(root, { env: { PALYRA_JOURNAL_DB_PATH: join(root, "state/data/../data/journal.sqlite3") } });
    const statusOf = async () => JSON.stringify((await get("/admin/v1/skills/acme.other"))["inventory"]);
    for (let round = 0; round < 5; round++) {
      // A word of another place: this one works by itself, beside the daemon.
      rmSync(join(root, "state/run/daemon.json"), { force: true });
      expect((await alone("skills", "quarantine", "acme.other", "--json")).exit).toBe(0);
      expect(await statusOf()).toContain('"status":"quarantined"');
      expect((await alone("skills", "enable", "acme.other", "--override", "--json")).exit).toBe(0);
      expect(await statusOf()).toContain('"status":"active"');
    }
    expect((await alone("skills", "remove", "acme.other", "--json")).exit).toBe(0);
    expect((await admin(daemon, "/admin/v1/skills/acme.other")).status).toBe(404);
  });
});

describe("the page of the API", () => {
  it("has every route, with the fields that requests are checked by, and answers are as it says", async () => {
    const page = v.parse(
      v.custom<OpenApi>(() => true),
      await get("/openapi.json"),
    );
    const routes = await routesForTests();
    const paths = Object.entries(page.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(paths.toSorted()).toEqual(routes.map(({ method, path }) => `${method.toLowerCase()} ${path}`).toSorted());
    const enable = page.paths["/admin/v1/skills/{skill_id}/enable"]?.["post"];
    expect(enable?.requestBody?.content["application/json"].schema).toMatchObject({
      required: ["version", "override"],
      additionalProperties: false,
      properties: { override: { const: true } },
    });
    for (const { path, method, answer } of routes) {
      if (method !== "GET" || answer === undefined) continue;
      const reply = await admin(daemon, path.replace("{skill_id}", "acme.echo"));
      expect(v.safeParse(answer, reply.json).issues, path).toBeUndefined();
    }
    const audited = await post("/admin/v1/skills/acme.echo/audit", {});
    const schema = routes.find(({ id }) => id === "audit")?.answer ?? v.never();
    expect(v.safeParse(schema, audited.json).issues).toBeUndefined();
  });
});
