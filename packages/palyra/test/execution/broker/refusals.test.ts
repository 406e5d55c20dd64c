// What an outcome says of a refusal, and the tool is not told (T37, T38).
import { createServer } from "node:http";
import type { JsonObject } from "palyra-skills/encoding";
import { describe, expect, it, onTestFinished } from "vitest";
import { NETWORK, type Network } from "../../../src/execution/broker/http/connect.ts";
import type { Broker } from "../../../src/execution/broker/index.ts";
import type { CallOutcome } from "../../../src/execution/index.ts";
import { shellWord } from "../../../src/operations/wording/at-place.ts";
import { tellOutcome } from "../../../src/operations/wording/outcomes.ts";
import { type BrokerSetting, broker, CODE, fetchBy, send, type Wanted } from "./calls.ts";

const outcome = (kind: CallOutcome["kind"], details: JsonObject): CallOutcome => ({
  kind,
  details,
  stdout: new Uint8Array(),
  log: "",
  used: { wallMs: 1, outputBytes: 0 },
  allowed: { fuel: 1n, memoryBytes: 1, wallMs: 1 },
});
const http = (operation: string): JsonObject => ({ capability: "skill.capability.http.egress", operation });
const shown = ({ kind, details }: CallOutcome): string => {
  const { says, lists = [], hint } = tellOutcome({ outcome: kind, details, tool_id: "acme.web", skill_id: "acme.web" }) ?? {};
  return [says, ...lists, hint].join("\n");
};
/** As the process tells it of the first that was denied, and as the host knows it. */
async function deniedOf(of: Broker, wanted: Wanted, operation: string): Promise<CallOutcome> {
  expect(await fetchBy(of, wanted)).toEqual({ code: CODE.denied });
  return of.explain(outcome("CapabilityDenied", http(operation)));
}
async function server(location: string): Promise<string> {
  const listening = createServer((_, response) => void response.writeHead(302, { location }).end());
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void listening.close());
  const address = listening.address();
  return `http://127.0.0.1:${address === null || typeof address === "string" ? 0 : address.port}`;
}
const nowhere: Network = {
  resolve: async () => ["10.1.2.3", "fd00::1"],
  connect: () => Promise.reject(new Error("a connection was made")),
};

describe("T37: a place that was refused is named, with what would open it", () => {
  it.each([
    "http://127.0.0.1:18081",
    "http://localhost:99",
    "https://a.localhost",
    "http://10.0.0.1",
    "https://192.168.1.1",
    "http://169.254.169.254",
    "http://[::1]:8080",
    "http://[fe80::1]",
  ])("%s by --private-origin", async (origin) => {
    const told = await deniedOf(await broker(), { url: `${origin}/a?b=c` }, "http_send");
    expect(told.details).toEqual({ ...http("http_send"), name: origin, reason: "private_address" });
    expect(shown(told)).toContain(`to reach "${origin}" (`);
    expect(shown(told)).toContain(` grant add acme.web --private-origin ${shellWord(origin)}`);
    expect(shown(told)).not.toContain(" --origin");
  });

  it("a public one by --origin", async () => {
    const told = await deniedOf(await broker(), { url: "http://8.8.8.8:81/" }, "http_send");
    expect(told.details["reason"]).toBe("not_granted");
    expect(shown(told)).toContain("grant add acme.web --origin http://8.8.8.8:81");
  });

  it("a granted name that leads to a private address: by its name, and by no address of it", async () => {
    const of = await broker({ http: { hosts: ["inside.example"] }, network: nowhere });
    const told = await deniedOf(of, { url: "https://inside.example/" }, "http_head");
    expect(told.details).toEqual({ ...http("http_head"), name: "https://inside.example", reason: "private_address" });
    expect(shown(told)).toContain("--private-origin https://inside.example");
    expect(shown(told)).not.toContain("10.1.2.3");
    // What the journal has of it: it went nowhere.
    const use = { capability: "http", resource: "https://inside.example", action: "GET" };
    expect(of.uses).toEqual([{ ...use, allowed: false, count: 1 }]);
    await deniedOf(of, { url: "https://inside.example/" }, "http_head");
    expect(of.uses).toEqual([{ ...use, allowed: false, count: 2 }]);
  });

  it("one that its name has led to since it was looked up", async () => {
    const rebound: Network = {
      resolve: async () => ["8.8.8.8"],
      connect: (_, port, signal) => NETWORK.connect("127.0.0.1", port, signal),
    };
    const { port } = new URL(await server("/"));
    const grants = [{ origin: `http://b.example:${port}`, anyAddress: false }];
    const told = await deniedOf(
      await broker({ http: { grants }, network: rebound }),
      { url: `http://b.example:${port}/` },
      "http_head",
    );
    expect(told.details).toMatchObject({ name: `http://b.example:${port}`, reason: "private_address" });
  });

  it("one that an answer leads to, and that the operator should know why", async () => {
    const led = async (location: string): Promise<CallOutcome> => {
      const origin = await server(location);
      const of = await broker({ http: { grants: [{ origin, anyAddress: true }] } });
      return deniedOf(of, { url: `${origin}/` }, "http_head");
    };
    const elsewhere = await led("https://elsewhere.example/secret/path");
    expect(elsewhere.details).toEqual({
      ...http("http_head"),
      name: "https://elsewhere.example",
      reason: "not_granted",
      redirected: true,
    });
    expect(shown(elsewhere)).toMatch(
      /to reach "https:\/\/elsewhere.example", where the answer of a server led it .*\n.*where you know why/,
    );
    const metadata = await led("http://169.254.169.254/latest/");
    expect(metadata.details).toMatchObject({ reason: "private_address", redirected: true });
    const named = await led("https://user:pass@elsewhere.example/");
    expect(named.details).toMatchObject({ name: "https://elsewhere.example", reason: "unusable_address" });
    expect(shown(named)).not.toMatch(/pass|grant add/);
    expect((await led("data:text/plain,x")).details["name"]).toBe("data:");
  });

  it("T20: bounded, escaped, and never a word that a shell would take for more", async () => {
    const odd = await deniedOf(await broker(), { url: "https://$(reboot)`x`;y/" }, "http_send");
    expect(shown(odd)).toContain("--origin https://HOST");
    expect(shown(odd).split("\n").at(-1)).not.toMatch(/[$`;]reboot|\$\(/);
    const long = await deniedOf(await broker(), { url: `https://${"a".repeat(5000)}.example/` }, "http_send");
    expect(String(long.details["name"]).length).toBeLessThanOrEqual(80);
    const control = outcome("CapabilityDenied", {
      ...http("http_head"),
      name: "\u001b[31m\u202e",
      header: "\u001b",
      origin: "\u001b",
      reason: "\u001b",
    });
    expect(shown(control)).not.toMatch(/[\u001b\u202e]/u);
  });

  it("of the operation that its process names, and no other kind of end", async () => {
    const of = await broker();
    await send(of, { url: "http://10.0.0.1/" });
    expect(of.explain(outcome("CapabilityDenied", http("http_head"))).details).toEqual(http("http_head"));
    expect(of.explain(outcome("RuntimeFailure", { fault: "exit", exit_code: 1 })).details).toEqual({
      fault: "exit",
      exit_code: 1,
    });
    expect(of.explain(outcome("Ok", {})).details).toEqual({});
  });
});

describe("T22, T38: a secret that was refused says why", () => {
  const bound = { secret: "global/api", origin: "https://api.example.com", header: "authorization" };
  it.each<[string, string, NonNullable<BrokerSetting["secrets"]>, string]>([
    [
      "inserted",
      "global/api",
      { granted: ["global/api"], global: ["global/api"], insertions: [bound] },
      "what is inserted no tool reads",
    ],
    ["not_granted", "global/api", { granted: ["global/api"] }, "grant add acme.web --global-key api"],
    ["undeclared", "skill:acme.web/token", {}, "its manifest does not declare it"],
    ["foreign", "skill:globex.pay/token", { granted: ["skill:globex.pay/token"] }, "another skill's"],
    ["foreign", "global/palyra.seal", { granted: ["global/palyra.seal"], global: ["global/palyra.seal"] }, "the host's own"],
  ])("%s", async (reason, name, secrets, hint) => {
    const of = await broker({ secrets });
    expect((await of.handle({ op: "secret_read", name })).code).toBe(CODE.denied);
    const told = of.explain(
      outcome("CapabilityDenied", { capability: "skill.capability.vault.read", operation: "secret_read", name }),
    );
    expect(told.details["reason"]).toBe(reason);
    expect(shown(told)).toContain(hint);
    if (reason !== "undeclared") expect(shown(told)).not.toContain("has to be declared");
  });

  it("one that is bound to no such header", async () => {
    const of = await broker({ http: { hosts: ["api.example.com"] }, secrets: { granted: ["global/api"] } });
    const told = await deniedOf(of, { url: "https://api.example.com/", secrets: { "X-Key": "global/api" } }, "http_send");
    expect(told.details).toMatchObject({ capability: "skill.capability.vault.read", name: "global/api", reason: "unbound" });
    expect(shown(told)).toContain('to send the secret "global/api" in the header x-key to "https://api.example.com"');
    expect(shown(told)).toContain("--insert global/api@api.example.com/x-key");
  });
});

describe("a secret that a tool asked for and that is not there", () => {
  const failed = outcome("RuntimeFailure", { fault: "exit", exit_code: 1 });
  const insertions = [{ secret: "global/api", origin: "https://api.example.com", header: "authorization" }];
  const secrets = { granted: ["global/api", "skill:acme.web/token"], insertions };

  it("is the operator's to store, and no fault of the tool", async () => {
    const of = await broker({ http: { hosts: ["api.example.com"] }, secrets });
    expect(of.explain(failed).details).toEqual(failed.details);
    const wanted = { url: "https://api.example.com/", secrets: { authorization: "global/api" } };
    expect((await send(of, wanted)).code).toBe(CODE.notFound);
    const told = of.explain(failed);
    expect(told).toMatchObject({ kind: "RuntimeFailure", details: { secret_ref: "global/api", secret_problem: "missing" } });
    expect(shown(told)).toContain('it asked for the secret "global/api", which is not stored here');
    expect(shown(told)).toContain("palyra secrets set global api");
    expect(shown(told)).not.toContain("fault of");
    expect(of.explain(outcome("RuntimeFailure", { fault: "cancelled" })).details).toEqual({ fault: "cancelled" });
  });

  it("is told where it is read, too, and where what is stored is of no use", async () => {
    const reading = await broker({ secrets });
    expect((await reading.handle({ op: "secret_read", name: "skill:acme.web/token" })).code).toBe(CODE.notFound);
    expect(shown(reading.explain(failed))).toContain("palyra secrets set skill:acme.web token");
    const of = await broker({ http: { hosts: ["api.example.com"] }, secrets, vault: { "global/api": "two\nlines" } });
    const wanted = { url: "https://api.example.com/", secrets: { authorization: "global/api" } };
    expect((await send(of, wanted)).code).toBe(CODE.notFound);
    expect(of.explain(failed).details).toMatchObject({ secret_problem: "unusable" });
    expect(shown(of.explain(failed))).not.toContain("not stored");
  });
});
