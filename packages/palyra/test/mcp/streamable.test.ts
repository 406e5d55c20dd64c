// `/mcp` behind the daemon's door: what a request's bytes and connection come to.
import { createServer, request as httpRequest } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { Client, type ClientOptions, type ElicitResult, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Hono } from "hono";
import { afterEach, expect, it, vi } from "vitest";
import { Tokens } from "../../src/http/auth.ts";
import { Guest } from "../../src/http/guest.ts";
import { OpenQuestions, StreamableMcp } from "../../src/mcp/index.ts";
import { MAX_MESSAGE_BYTES } from "../../src/mcp/lines.ts";
import { MAX_MEMBERS } from "../../src/mcp/members.ts";
import { MAX_SESSIONS } from "../../src/mcp/sessions.ts";
import type { ToolAnswer } from "../../src/mcp/tool-host.ts";
import { ECHO, echoed, TestHost } from "./support.ts";

const ended: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

function newMcp(host: TestHost, warn: (text: string) => void = () => {}): StreamableMcp {
  let last = 0;
  const newSessionId = () => {
    last += 1;
    return `session-${last}`;
  };
  return new StreamableMcp({
    host,
    principal: "mcp:client",
    questions: new OpenQuestions(newSessionId),
    stateKey: new Uint8Array(32).fill(7),
    newSessionId,
    tick: () => performance.now(),
    warn,
  });
}

/** The port at which a host is served. */
async function served(host: TestHost): Promise<number> {
  const mcp = newMcp(host);
  const guest = new Guest({ tokens: new Tokens([], true), fetch: (request, peer) => mcp.fetch(request, peer) });
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.all("/mcp", ({ req, env }) => guest.answer(req.raw, env.incoming, env.outgoing, "r-1"));
  const http = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  ended.push(async () => {
    await mcp.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  return (http.address() as AddressInfo).port;
}

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};
const CALL = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name: "acme.echo", arguments: { text: "hi" }, _meta: META },
});
const HEADERS = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
  "mcp-protocol-version": "2026-07-28",
  "mcp-method": "tools/call",
  "mcp-name": "acme.echo",
};

interface Answered {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | readonly string[]>;
  readonly body: { readonly error?: { readonly code: number }; readonly result?: unknown };
}

/** Posts in pieces, of which none says how many there are, where `headers` does not. */
function post(port: number, pieces: readonly string[], headers: { readonly [name: string]: string }): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asking = httpRequest({ port, host: "127.0.0.1", path: "/mcp", method: "POST", headers }, async (response) => {
      let text = "";
      for await (const chunk of response.setEncoding("utf8")) text += String(chunk);
      resolve({ status: response.statusCode, headers: response.headers, body: JSON.parse(text) });
    });
    asking.on("error", reject);
    for (const piece of pieces) asking.write(piece);
    asking.end();
  });
}

it("a body is read whether it says how long it is or not, and answered with the headers of the daemon", async () => {
  const port = await served(new TestHost());
  for (const length of [{}, { "content-length": String(Buffer.byteLength(CALL)) }]) {
    const { status, headers, body } = await post(port, [CALL.slice(0, 20), CALL.slice(20)], { ...HEADERS, ...length });
    expect(body).toMatchObject({ result: { structuredContent: { text: "hi" } } });
    expect(status).toBe(200);
    expect(headers).toMatchObject({ "cache-control": "no-store", "x-request-id": "r-1", "content-type": "application/json" });
  }
});

it("a body that is too large, no JSON, or of another type is refused as the protocol has it", async () => {
  const host = new TestHost();
  const mcp = newMcp(host);
  ended.push(() => mcp.close());
  const answered = async (body: string | Buffer | ReadableStream, headers: object = {}): Promise<readonly [number, unknown]> => {
    const init = { method: "POST", headers: { ...HEADERS, ...headers }, body, duplex: "half" } as const;
    const response = await mcp.fetch(new Request("http://localhost/mcp", init));
    return [response.status, await response.json()];
  };
  const long = `${CALL}${" ".repeat(MAX_MESSAGE_BYTES)}`;
  const refused = expect.objectContaining({ error: expect.objectContaining({ code: -32000 }) });
  expect(await answered(new Blob([long]).stream())).toEqual([413, refused]);
  expect(await answered(CALL, { "content-length": String(MAX_MESSAGE_BYTES + 1) })).toEqual([413, refused]);
  expect(await answered(CALL, { "content-type": "text/plain" })).toEqual([415, refused]);
  const unread = expect.objectContaining({ error: expect.objectContaining({ code: -32700 }) });
  for (const text of ["{", "", "\u0000"]) expect(await answered(text)).toEqual([400, unread]);
  const bytes = Buffer.from(CALL.replace("hi", "h\u00ef"), "latin1");
  expect(await answered(bytes)).toEqual([400, unread]);
  expect(await answered(bytes, { "content-length": String(bytes.length) })).toEqual([400, unread]);
  const changed = expect.objectContaining({ id: JSON.parse(CALL).id, error: expect.objectContaining({ code: -32602 }) });
  expect(await answered(CALL.replace('"hi"', "9007199254740993"))).toEqual([400, changed]);
  expect(await answered(CALL.replace('"text"', '"__proto__"'))).toEqual([400, changed]);
  const wide = JSON.stringify(Object.fromEntries(Array.from({ length: MAX_MEMBERS }, (_, at) => [`k${at}`, {}])));
  expect(await answered(CALL.replace('"_meta":{', `"_meta":{"wide":${wide},`))).toEqual([400, changed]);
  expect(await answered(`[${CALL.replace('"hi"', "9007199254740993")}]`)).toEqual([
    400,
    expect.objectContaining({ id: null, error: expect.objectContaining({ code: -32602 }) }),
  ]);
  const broken = new ReadableStream({ pull: (stream) => stream.error(new Error("gone")) });
  expect(await answered(broken)).toEqual([400, unread]);
  expect(host.calls).toEqual([]);
});

it("an address that asks for names of another kind is refused", async () => {
  const host = new TestHost();
  const mcp = newMcp(host);
  ended.push(() => mcp.close());
  const statusAt = async (query: string): Promise<number> =>
    (await mcp.fetch(new Request(`http://localhost/mcp${query}`, { method: "POST", headers: HEADERS, body: CALL }))).status;
  expect(await Promise.all(["?names=model", "?names=id", "?other=1", ""].map(statusAt))).toEqual([200, 200, 200, 200]);
  expect(await Promise.all(["?names=none", "?names=", "?names=id&names=model"].map(statusAt))).toEqual([400, 400, 400]);
  expect(host.calls.map(({ names }) => names).sort()).toEqual(["id", "id", "id", "model"]);
});

it("a message that nests by the hundred thousand is refused before it is parsed, which would take seconds", async () => {
  const host = new TestHost();
  const mcp = newMcp(host);
  ended.push(() => mcp.close());
  const nested = CALL.replace('"hi"', `${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`);
  const response = await mcp.fetch(new Request("http://localhost/mcp", { method: "POST", headers: HEADERS, body: nested }));
  expect([response.status, await response.json()]).toEqual([
    400,
    expect.objectContaining({ error: { code: -32700, message: expect.stringContaining("nests") } }),
  ]);
  expect(host.calls).toEqual([]);
});

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 7,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "test", version: "1" } },
};

/** A client with a session of its own. */
async function begun(port: number, options: ClientOptions = {}): Promise<Client> {
  const client = new Client({ name: "one of many", version: "1.0.0" }, options);
  await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`)));
  ended.push(() => client.close());
  return client;
}

it("whoever begins session after session ends no call of another's", async () => {
  const host = new TestHost();
  const port = await served(host);
  let end: (answer: ToolAnswer) => void = () => {};
  host.answer = () => new Promise((resolve) => (end = resolve));
  const working = await begun(port);
  const called = working.callTool({ name: "acme.echo", arguments: { text: "hi" } });
  await vi.waitFor(() => expect(host.calls).toHaveLength(1), 20_000);
  for (let more = 0; more < MAX_SESSIONS + 5; more += 1) await begun(port);
  expect(host.calls[0]?.signal.aborted).toBe(false);
  end(echoed('{"text":"hi"}'));
  expect(await called).toMatchObject({ structuredContent: { text: "hi" } });
});

/** A call that a person must allow. */
const ASKS: ToolAnswer = {
  kind: "asks",
  skillId: ECHO.skillId,
  version: ECHO.version,
  basis: "b1",
  command: "palyra skills approvals add acme.echo",
  reasons: [],
  allowance: [],
};

it("whoever begins session after session ends no question that a person thinks about", async () => {
  const host = new TestHost();
  host.answer = ({ approval, input }) => (approval?.basis === "b1" ? echoed(input) : ASKS);
  const port = await served(host);
  let answer: (said: ElicitResult) => void = () => {};
  const person = new Promise<ElicitResult>((resolve) => (answer = resolve));
  const asked = vi.fn(() => person);
  const client = await begun(port, { capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler("elicitation/create", asked);
  const called = client.callTool({ name: "acme.echo", arguments: { text: "hi" } });
  await vi.waitFor(() => expect(asked).toHaveBeenCalled(), 20_000);
  for (let more = 0; more < MAX_SESSIONS + 5; more += 1) await begun(port);
  answer({ action: "accept", content: { decision: "allow once" } });
  expect(await called).toMatchObject({ structuredContent: { text: "hi" } });
});

it("a session is refused while each has an open call, and begins once one was cancelled", async () => {
  const host = new TestHost();
  host.answer = () => new Promise(() => {});
  const mcp = newMcp(host);
  ended.push(() => mcp.close());
  const sent = (message: object, session?: string): Promise<Response> => {
    const { accept, "content-type": type } = HEADERS;
    const ofSession = session === undefined ? {} : { "mcp-session-id": session, "mcp-protocol-version": "2025-06-18" };
    const init = { method: "POST", headers: { accept, "content-type": type, ...ofSession }, body: JSON.stringify(message) };
    return mcp.fetch(new Request("http://localhost/mcp", init));
  };
  const sessions: string[] = [];
  for (let more = 0; more < MAX_SESSIONS; more += 1) {
    const session = (await sent(INITIALIZE)).headers.get("mcp-session-id") ?? "";
    const params = { name: "acme.echo", arguments: { text: "hi" } };
    await sent({ jsonrpc: "2.0", id: "c-1", method: "tools/call", params }, session);
    sessions.push(session);
  }
  await vi.waitFor(() => expect(host.calls).toHaveLength(MAX_SESSIONS), 20_000);
  const refused = await sent(INITIALIZE);
  expect([refused.status, await refused.json()]).toEqual([
    503,
    { jsonrpc: "2.0", id: 7, error: { code: -32000, message: expect.stringContaining("try again when one has ended") } },
  ]);
  await sent({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "c-1" } }, sessions[5]);
  expect((await sent(INITIALIZE)).status).toBe(200);
  expect(mcp.sessions).toBe(MAX_SESSIONS);
  expect((await sent({ jsonrpc: "2.0", id: 2, method: "ping" }, sessions[5])).status).toBe(404);
});

it("a session whose tools change before its client listens is told as soon as it does, once", async () => {
  const host = new TestHost();
  const mcp = newMcp(host);
  ended.push(() => mcp.close());
  const { accept, "content-type": type } = HEADERS;
  const asked = (headers: object, more: object = {}): Promise<Response> =>
    mcp.fetch(new Request("http://localhost/mcp", { headers: { accept, ...headers }, ...more }));
  const begun = await asked({ "content-type": type }, { method: "POST", body: JSON.stringify(INITIALIZE) });
  const session = { "mcp-session-id": begun.headers.get("mcp-session-id") ?? "", "mcp-protocol-version": "2025-06-18" };
  host.change([]);
  const first = (await asked(session)).body?.getReader();
  expect(new TextDecoder().decode((await first?.read())?.value)).toContain("notifications/tools/list_changed");
  await first?.cancel();
  const second = (await asked(session)).body?.getReader();
  expect(await Promise.race([second?.read(), new Promise((none) => setTimeout(none, 100, "nothing"))])).toBe("nothing");
  await second?.cancel();
});

it("calls without a session are counted by the program that asks, as it names itself, and where from", async () => {
  const host = new TestHost();
  const port = await served(host);
  for (const name of ["one", "other", "one", "x".repeat(10_000)]) {
    const client = new Client({ name, version: "1.0.0" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
    await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`)));
    ended.push(() => client.close());
    await client.callTool({ name: "acme.echo", arguments: { text: "hi" } });
  }
  const [one, other, again, long] = host.calls.map(({ client }) => client);
  expect(one).toBe("127.0.0.1 one 1.0.0");
  expect(again).toBe(one);
  expect(other).not.toBe(one);
  expect(long?.length).toBeLessThan(200);
  expect(new Set(host.calls.map(({ session }) => session)).size).toBe(4);
});

it("a call ends when its connection breaks, though its answer waits behind another", async () => {
  const host = new TestHost();
  const stopped: AbortSignal[] = [];
  host.answer = ({ signal }) =>
    new Promise((resolve) => {
      signal.addEventListener("abort", () => {
        stopped.push(signal);
        resolve({ kind: "failed", outcome: "RuntimeFailure", message: "cancelled", details: {} });
      });
    });
  const port = await served(host);
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  const head = Object.entries({ host: "a", ...HEADERS, "content-length": String(Buffer.byteLength(CALL)) })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
  socket.write(`POST /mcp HTTP/1.1\r\n${head}\r\n${CALL}`.repeat(3));
  await vi.waitFor(() => expect(host.calls).toHaveLength(3), 20_000);
  expect(stopped).toEqual([]);
  socket.destroy();
  await vi.waitFor(() => expect(stopped).toHaveLength(3), 20_000);
});

/** A session over plain requests: what it is answered, as it comes. */
async function plainSession(mcp: StreamableMcp, capabilities: object = {}) {
  const headers: Record<string, string> = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  const post = (message: unknown): Promise<Response> =>
    mcp.fetch(new Request("http://localhost/mcp", { method: "POST", headers, body: JSON.stringify(message) }));
  const begun = await post({ ...INITIALIZE, params: { ...INITIALIZE.params, capabilities } });
  headers["mcp-session-id"] = begun.headers.get("mcp-session-id") ?? "";
  await begun.text();
  const call = (id: number) => ({
    jsonrpc: "2.0",
    id,
    method: "tools/call",
    params: { name: "acme.echo", arguments: { text: `${id}` } },
  });
  const cancel = (requestId: number) => ({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId } });
  return { post, call, cancel };
}
const messagesIn = (stream: string): { readonly id?: number; readonly method?: string }[] =>
  [...stream.matchAll(/^data: (.+)$/gm)].map(([, data = ""]) => JSON.parse(data));

it("the stream of a call that was cancelled ends, without an answer: left open it would keep its place from whoever asks next", async () => {
  const host = new TestHost();
  const warned: string[] = [];
  const mcp = newMcp(host, (text) => warned.push(text));
  ended.push(() => mcp.close());
  host.answer = ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("ended"))));
  const { post, call, cancel } = await plainSession(mcp);
  for (const id of [1, 2]) {
    const called = await post(call(id));
    await vi.waitFor(() => expect(host.calls).toHaveLength(id));
    expect((await post(cancel(id))).status).toBe(202);
    expect(await called.text()).toBe("");
  }
  host.answer = ({ input }) => echoed(input);
  expect(messagesIn(await (await post(call(1))).text())).toMatchObject([{ id: 1, result: { structuredContent: { text: "1" } } }]);
  expect(warned).toEqual([]);
});

it("a call is cancelled by what comes on another connection and is read a moment before it", async () => {
  const host = new TestHost();
  const mcp = newMcp(host);
  ended.push(() => mcp.close());
  host.answer = ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("ended"))));
  const { post, call, cancel } = await plainSession(mcp);
  const [cancelled, called] = await Promise.all([post(cancel(1)), post(call(1))]);
  expect([cancelled.status, await called.text()]).toEqual([202, ""]);
  await vi.waitFor(() => expect(host.calls.map(({ signal }) => signal.aborted)).toEqual([true]));
});

it("of several calls in one body those that were not cancelled are answered, whichever comes first, and the stream ends", async () => {
  const host = new TestHost();
  const mcp = newMcp(host);
  ended.push(() => mcp.close());
  const answers = new Map<string, (answer: ToolAnswer) => void>();
  host.answer = ({ input }) => new Promise((resolve) => answers.set(input, resolve));
  const { post, call, cancel } = await plainSession(mcp);
  const answer = (id: number): void => answers.get(JSON.stringify({ text: `${id}` }))?.(echoed(`{"text":"${id}"}`));
  for (const [kept, gone, isFirst] of [
    [1, 2, true],
    [4, 3, false],
  ] as const) {
    const called = await post([call(kept), call(gone)]);
    await vi.waitFor(() => expect(answers.size).toBe(Math.max(kept, gone)));
    if (isFirst) answer(kept);
    await post(cancel(gone));
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (!isFirst) answer(kept);
    expect(messagesIn(await called.text())).toMatchObject([{ id: kept, result: { structuredContent: { text: `${kept}` } } }]);
  }
});

it("a question of a call that was cancelled is taken back before the stream ends", async () => {
  const host = new TestHost();
  const mcp = newMcp(host);
  ended.push(() => mcp.close());
  host.answer = () => ASKS;
  const { post, call, cancel } = await plainSession(mcp, { elicitation: {} });
  const called = await post(call(1));
  await vi.waitFor(() => expect(host.calls).toHaveLength(1));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await post(cancel(1));
  const said = messagesIn(await called.text()).map(({ method }) => method);
  expect(said).toEqual(["elicitation/create", "notifications/cancelled"]);
});
