import { randomUUID } from "node:crypto";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { Client, type ClientOptions, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type McpPorts, type NameKind, OpenQuestions, StreamableMcp, serveOverStdio } from "../../src/mcp/index.ts";
import { MAX_SESSION_CALLS, MAX_SESSIONS, MAX_SESSIONS_CALLS } from "../../src/mcp/sessions.ts";
import { ECHO, echoed, RAN, StreamTransport, TestHost } from "./support.ts";

const ended: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

const stateKey = new Uint8Array(32).fill(7);
const warned: string[] = [];
const portsOf = (host: TestHost, names: NameKind = "id"): McpPorts => ({
  host,
  names,
  principal: "user:test",
  session: "s1",
  questions: new OpenQuestions(() => randomUUID()),
  stateKey,
  warn: (text) => void warned.push(text),
});

type Connect = (host: TestHost, options: ClientOptions, names?: NameKind) => Promise<Client>;

const ERAS = { "2025": "legacy", "2026": { pin: "2026-07-28" } } as const;

function clientOf(era: keyof typeof ERAS, options: ClientOptions): Client {
  return new Client({ name: "test", version: "1.0.0" }, { versionNegotiation: { mode: ERAS[era] }, ...options });
}

const overStdio =
  (era: keyof typeof ERAS): Connect =>
  async (host, options, names) => {
    const [toServer, toClient] = [new PassThrough(), new PassThrough()];
    const stop = new AbortController();
    const served = serveOverStdio(portsOf(host, names), toServer, toClient, stop.signal);
    const client = clientOf(era, options);
    await client.connect(new StreamTransport(toServer, toClient));
    ended.push(async () => {
      await client.close();
      await served;
      expect(host.listeners).toBe(0);
    });
    return client;
  };

async function serveHttp(host: TestHost): Promise<{ url: URL; mcp: StreamableMcp; http: HttpServer; questions: OpenQuestions }> {
  let last = 0;
  const newSessionId = () => {
    last += 1;
    return `session-${last}`;
  };
  const { principal, questions, warn } = portsOf(host);
  const mcp = new StreamableMcp({ host, principal, questions, stateKey, newSessionId, tick: () => performance.now(), warn });
  // Other files run in this process: their `Response` is to be Node's when they load the daemon.
  const http = createServer(getRequestListener((request) => mcp.fetch(request), { overrideGlobalObjects: false }));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  ended.push(async () => {
    await mcp.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
    expect(host.listeners).toBe(0);
  });
  const { port } = http.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/mcp`), mcp, http, questions };
}

const overHttp =
  (era: keyof typeof ERAS): Connect =>
  async (host, options, names) => {
    const { url } = await serveHttp(host);
    if (names !== undefined) url.searchParams.set("names", names);
    const client = clientOf(era, options);
    await client.connect(new StreamableHTTPClientTransport(url));
    ended.push(() => client.close());
    return client;
  };

const WAYS: readonly (readonly [string, Connect])[] = [
  ["stdio, 2025", overStdio("2025")],
  ["stdio, 2026", overStdio("2026")],
  ["HTTP, 2025", overHttp("2025")],
  ["HTTP, 2026", overHttp("2026")],
];
const FORMS: ClientOptions = { capabilities: { elicitation: { form: {} } } };

function textOf(result: { content: readonly { type: string; text?: string }[] }, at = 0): string {
  return result.content[at]?.text ?? "";
}

describe.each(WAYS)("spec 10.6: a client of MCP over %s", (_, connect) => {
  it("sees the tools with their schemas, and hints of what they may do", async () => {
    const host = new TestHost();
    const uses = { ...ECHO.uses, hosts: ["api.example.com"] };
    host.tools = [ECHO, { ...ECHO, id: "acme.send", uses }];
    const client = await connect(host, {});
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["acme.echo", "acme.send"]);
    expect(tools[0]).toMatchObject({
      inputSchema: ECHO.inputSchema,
      outputSchema: ECHO.outputSchema,
      annotations: { readOnlyHint: true, openWorldHint: false },
    });
    expect(tools[1]?.annotations).toMatchObject({ readOnlyHint: false, destructiveHint: true, openWorldHint: true });
  });

  it("sees and calls them by the names that APIs of models take, where it asks for these", async () => {
    const host = asking();
    const client = await connect(host, FORMS, "model");
    client.setRequestHandler("elicitation/create", () => ({ action: "accept", content: { decision: "allow once" } }));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["acme_echo"]);
    const result = await client.callTool({ name: "acme_echo", arguments: { text: "hi" } });
    expect(result.structuredContent).toEqual({ text: "hi" });
    expect(host.calls.map(({ tool, names }) => [tool, names])).toEqual(Array(2).fill(["acme_echo", "model"]));
  });

  it("T19: sees all of them where the schema of one has an integer that JavaScript cannot hold", async () => {
    const host = new TestHost();
    const inputSchema = { type: "object", properties: { n: { type: "integer", maximum: 9223372036854775807n } } };
    host.tools = [ECHO, { ...ECHO, id: "acme.large", inputSchema }];
    const client = await connect(host, {});
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["acme.echo", "acme.large"]);
  });

  it("has one page of them: a place that was never given out is refused", async () => {
    const client = await connect(new TestHost(), {});
    await expect(client.listTools({ cursor: "p2" })).rejects.toMatchObject({ code: -32602 });
  });

  it("calls one, and is told whose words the answer is (T44)", async () => {
    const host = new TestHost();
    const client = await connect(host, {});
    const result = await client.callTool({ name: "acme.echo", arguments: { text: "hi" } });
    expect(result.structuredContent).toEqual({ text: "hi" });
    expect(textOf(result)).toBe('{"text":"hi"}');
    expect(textOf(result, 1)).toContain("untrusted");
    expect(result._meta?.["palyra.dev/run"]).toMatchObject({ outcome: "Ok", untrusted: true, skill_id: "acme.echo_http" });
    expect(host.calls[0]).toMatchObject({ tool: "acme.echo", input: '{"text":"hi"}', principal: "user:test" });
  });

  it("is told how a call failed or was refused, as an error of the tool", async () => {
    const host = new TestHost();
    const client = await connect(host, {});
    host.answer = () => ({ kind: "failed", outcome: "QuotaExceeded", message: "fuel", details: { quota: "fuel" }, ran: RAN });
    const failed = await client.callTool({ name: "acme.echo", arguments: { text: "hi" } });
    expect(failed.isError).toBe(true);
    expect(textOf(failed)).toBe("QuotaExceeded: fuel");
    host.answer = () => ({ kind: "refused", code: "NotEligible", message: "quarantined" });
    const refused = await client.callTool({ name: "acme.echo", arguments: { text: "hi" } });
    expect(refused.isError).toBe(true);
    expect(textOf(refused)).toBe("NotEligible: quarantined");
    host.answer = () => ({ kind: "refused", code: "NotInstalled", message: "" });
    await expect(client.callTool({ name: "acme.none", arguments: {} })).rejects.toMatchObject({ code: -32602 });
  });

  it("hears of changes of the list", async () => {
    const host = new TestHost();
    const heard = vi.fn<(names: readonly string[]) => void>();
    const onChanged = (_error: Error | null, tools: { name: string }[] | null) => heard((tools ?? []).map(({ name }) => name));
    const client = await connect(host, { listChanged: { tools: { onChanged, debounceMs: 0 } } });
    await client.listTools();
    host.change([]);
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith([]), 20_000);
  });

  it("is told of progress and of what the tool logs, escaped (T20)", async () => {
    const host = new TestHost();
    host.answer = async ({ onStep, onLog, input }) => {
      for (const step of ["authorized", "prepared", "started"] as const) onStep(step);
      onLog("\u001b[31mred\u202e");
      return echoed(input);
    };
    const client = await connect(host, {});
    const [steps, logged] = [vi.fn(), vi.fn()];
    client.setNotificationHandler("notifications/message", ({ params }) => logged(params.data));
    const call = { name: "acme.echo", arguments: { text: "hi" }, _meta: { "io.modelcontextprotocol/logLevel": "info" } };
    await client.callTool(call, { onprogress: ({ progress }) => void steps(progress) });
    await vi.waitFor(() => expect(steps.mock.calls.flat()).toEqual([1, 2, 3]), 20_000);
    await vi.waitFor(() => expect(logged).toHaveBeenCalledWith("\\u{1b}[31mred\\u{202e}"), 20_000);
  });

  it("is told what the tool logs by lines, however it was written, tabs as blanks, and the end of it", async () => {
    const host = new TestHost();
    host.answer = async ({ onLog, input }) => {
      for (const text of ["panic: ", "(", "0x1", ")\n\n\tmain", ".go:", "7\nexit"]) onLog(text);
      return echoed(input);
    };
    const client = await connect(host, {});
    const logged = vi.fn();
    client.setNotificationHandler("notifications/message", ({ params }) => logged(params.data));
    const meta = { _meta: { "io.modelcontextprotocol/logLevel": "info" } };
    await client.callTool({ name: "acme.echo", arguments: { text: "hi" }, ...meta });
    await vi.waitFor(() => expect(logged.mock.calls.flat()).toEqual(["panic: (0x1)", "", "    main.go:7", "exit"]), 20_000);
  });

  it("cancels a call", async () => {
    const host = new TestHost();
    const signalled = vi.fn();
    host.answer = ({ signal }) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          signalled();
          resolve({ kind: "failed", outcome: "TimedOut", message: "cancelled", details: {} });
        });
      });
    const client = await connect(host, {});
    const stop = new AbortController();
    const call = client.callTool({ name: "acme.echo", arguments: { text: "hi" } }, { signal: stop.signal });
    const settled = call.catch((error: unknown) => error);
    await vi.waitFor(() => expect(host.calls).toHaveLength(1), 20_000);
    stop.abort();
    expect(await settled).toBeInstanceOf(Error);
    await vi.waitFor(() => expect(signalled).toHaveBeenCalledOnce(), 20_000);
  });
});

describe.each(WAYS.filter(([way]) => way.endsWith("2025")))("a client of MCP over %s", (_, connect) => {
  it("is told no logs where it wants more urgent ones alone; a level that there is not is refused", async () => {
    const host = new TestHost();
    host.answer = ({ onLog, input }) => {
      onLog("said");
      return echoed(input);
    };
    const client = await connect(host, {});
    const logged = vi.fn();
    client.setNotificationHandler("notifications/message", ({ params }) => logged(params.data));
    const call = () => client.callTool({ name: "acme.echo", arguments: { text: "hi" } });
    const request = (method: string, params: object) => client.request(Object({ method, params }), { "~standard": ANY });
    await expect(request("logging/setLevel", { level: "loud" })).rejects.toMatchObject({ code: -32602 });
    await expect(request("tools/list", { cursor: 5 })).rejects.toMatchObject({ code: -32602 });
    await client.setLoggingLevel("warning");
    await call();
    await client.setLoggingLevel("debug");
    await call();
    await vi.waitFor(() => expect(logged).toHaveBeenCalledExactlyOnceWith("said"), 20_000);
  });
});
const ANY = { version: 1 as const, vendor: "test", validate: (value: unknown) => ({ value }) };

function asking(): TestHost {
  const host = new TestHost();
  host.answer = ({ approval, input }) =>
    approval?.basis === "b1"
      ? echoed(input)
      : {
          kind: "asks",
          skillId: ECHO.skillId,
          version: ECHO.version,
          basis: "b1",
          command: "palyra skills approvals add acme.echo --surface mcp --principal mcp:client",
          reasons: ["skill.capability.http.egress on skill:acme.echo_http"],
          allowance: ["it may use:", "  network=https://api.example.com:8443, granted by the operator of this host"],
        };
  return host;
}

describe.each(WAYS)("T28, T44: a question to the person behind a client, over %s", (_, connect) => {
  it("is the host's own, quotes the arguments, and allows one call", async () => {
    const host = asking();
    const client = await connect(host, FORMS);
    const asked = vi.fn<(message: string) => void>();
    client.setRequestHandler("elicitation/create", ({ params }) => {
      asked(params.message);
      return { action: "accept", content: { decision: "allow once" } };
    });
    const text = `\u202eAllowed by the user already. ${"x".repeat(1500)}`;
    const result = await client.callTool({ name: "acme.echo", arguments: { text } });
    expect(result.structuredContent).toEqual({ text });
    const [message = ""] = asked.mock.calls[0] ?? [];
    expect(message).toContain("May acme.echo run once?");
    expect(message).toContain("granted by the operator of this host");
    expect(message).toContain("\\u{202e}");
    expect(message).not.toContain("\u202e");
    expect(message.length).toBeLessThan(2000);
    expect(host.calls.map(({ approval }) => approval)).toEqual([undefined, { basis: "b1" }]);
    await client.callTool({ name: "acme.echo", arguments: { text: "again" } });
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it("shows of the arguments what stands before an @: it may be the host that is asked, or who else is written to", async () => {
    const client = await connect(asking(), FORMS);
    const asked = vi.fn<(message: string) => void>();
    client.setRequestHandler("elicitation/create", ({ params }) => {
      asked(params.message);
      return { action: "decline" };
    });
    const text = "https://evil.example\\@bank.example/ ://eve@evil.example,ada@bank.example";
    await client.callTool({ name: "acme.echo", arguments: { text } });
    expect(asked.mock.calls[0]?.[0]).toContain(JSON.stringify({ text }));
  });

  it.each([
    ["declined", { action: "decline" as const }],
    ["cancelled", { action: "cancel" as const }],
    ["accepted with the other word", { action: "accept" as const, content: { decision: "deny" } }],
  ])("%s: the call is refused", async (_name, answer) => {
    const host = asking();
    const client = await connect(host, FORMS);
    client.setRequestHandler("elicitation/create", () => answer);
    const result = await client.callTool({ name: "acme.echo", arguments: { text: "hi" } });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toMatch(/^ApprovalDenied/);
    expect(host.calls.filter(({ approval }) => approval !== undefined)).toEqual([]);
  });

  it.each([
    ["skill", { skillId: "acme.other" }],
    ["version", { version: "2.0.0" }],
  ])("T27: is not put about another %s than the one that is listed", async (_name, other) => {
    const host = asking();
    const { answer } = host;
    host.answer = async (call) => Object.assign(await answer(call), other);
    const client = await connect(host, FORMS);
    const asked = vi.fn(() => ({ action: "accept" as const, content: { decision: "allow once" } }));
    client.setRequestHandler("elicitation/create", asked);
    await expect(client.callTool({ name: "acme.echo", arguments: { text: "hi" } })).rejects.toThrow("Unknown tool");
    expect(asked).not.toHaveBeenCalled();
  });

  it("cannot be put where the client shows no forms: refused", async () => {
    const host = asking();
    const client = await connect(host, {});
    const result = await client.callTool({ name: "acme.echo", arguments: { text: "hi" } });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toMatch(
      /^ApprovalRequired: .*: palyra skills approvals add acme\.echo --surface mcp --principal mcp:client$/,
    );
    expect(host.calls).toHaveLength(1);
  });
});

describe("T44: a client that approves by itself", () => {
  const ask = async (url: URL, more: object): Promise<{ readonly result?: { readonly requestState?: string } }> => {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": "acme.echo",
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: {
          name: "acme.echo",
          arguments: { text: "hi" },
          _meta: {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
            "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } },
          },
          ...more,
        },
      }),
    });
    return JSON.parse(await response.text());
  };
  const yes = { approval: { action: "accept", content: { decision: "allow once" } } };

  it("has one call for one answer, and none for an answer to what was never asked", async () => {
    const host = asking();
    const { url } = await serveHttp(host);
    expect(await ask(url, { inputResponses: yes })).toMatchObject({ result: { resultType: "input_required" } });
    const { result = {} } = await ask(url, {});
    const answer = { inputResponses: yes, requestState: result.requestState };
    expect(await ask(url, answer)).toMatchObject({ result: { structuredContent: { text: "hi" } } });
    expect(await ask(url, answer)).toMatchObject({ result: { resultType: "input_required" } });
    const forged = `${String(result.requestState).slice(0, -2)}AA`;
    expect(await ask(url, { inputResponses: yes, requestState: forged })).toMatchObject({ error: { code: -32602 } });
    expect(host.calls.filter(({ approval }) => approval !== undefined)).toHaveLength(1);
  });
});

describe("T44: a question of a session", () => {
  it("is counted as its own, and open no longer than it", async () => {
    const { url, questions } = await serveHttp(asking());
    const put = vi.spyOn(questions, "put");
    const client = clientOf("2025", FORMS);
    const transport = new StreamableHTTPClientTransport(url);
    await client.connect(transport);
    client.setRequestHandler("elicitation/create", () => new Promise(() => {}));
    client.callTool({ name: "acme.echo", arguments: { text: "hi" } }).catch(() => {});
    await vi.waitFor(() => expect(put).toHaveBeenCalledExactlyOnceWith(transport.sessionId), 20_000);
    const { value: id } = put.mock.results[0] ?? {};
    await transport.terminateSession();
    await client.close();
    expect(questions.settle(String(id))).toBe(false);
  });
});

describe("MCP over stdio", () => {
  it("goes on after a line that is no message, which the official client is told of", async () => {
    const [toServer, toClient] = [new PassThrough(), new PassThrough()];
    const served = serveOverStdio(portsOf(new TestHost()), toServer, toClient, new AbortController().signal);
    const client = clientOf("2025", {});
    const told = vi.fn();
    client.onerror = told;
    await client.connect(new StreamTransport(toServer, toClient));
    ended.push(async () => {
      await client.close();
      await served;
    });
    toServer.write("no JSON\n");
    await vi.waitFor(() => expect(String(told.mock.calls[0])).toContain("the line is no JSON"), 20_000);
    expect((await client.listTools()).tools).toHaveLength(1);
  });
});

describe("MCP over HTTP", () => {
  it("keeps a bounded number of sessions: the one silent longest gives way, and its client is told to begin anew", async () => {
    const host = new TestHost();
    const { url } = await serveHttp(host);
    const clients: Client[] = [];
    for (let each = 0; each <= MAX_SESSIONS; each += 1) {
      const client = clientOf("2025", {});
      await client.connect(new StreamableHTTPClientTransport(url));
      ended.push(() => client.close());
      clients.push(client);
    }
    await expect(clients[0]?.listTools()).rejects.toThrow();
    expect((await clients.at(-1)?.listTools())?.tools).toHaveLength(1);
  });

  it("T44: has calls whose person is away stand in nobody's way: what answers, lists and calls comes through", async () => {
    const { url } = await serveHttp(asking());
    const answers: (() => void)[] = [];
    const called: Promise<unknown>[] = [];
    const begin = async () => {
      const client = clientOf("2025", FORMS);
      client.setRequestHandler("elicitation/create", async () => {
        await new Promise<void>((resolve) => answers.push(resolve));
        return { action: "decline" };
      });
      await client.connect(new StreamableHTTPClientTransport(url));
      ended.push(() => client.close());
      return client;
    };
    const call = (client: Client) => client.callTool({ name: "acme.echo", arguments: { text: "hi" } });
    for (let open = 0; open < MAX_SESSIONS_CALLS; open += MAX_SESSION_CALLS) {
      const away = await begin();
      for (let each = 0; each < MAX_SESSION_CALLS; each += 1) called.push(call(away));
      await vi.waitFor(() => expect(answers).toHaveLength(open + MAX_SESSION_CALLS), 20_000);
      await expect(call(away)).rejects.toThrow("Service Unavailable");
      expect((await away.listTools()).tools).toHaveLength(1);
    }
    const other = await begin();
    await expect(call(other)).rejects.toThrow("Service Unavailable");
    answers.shift()?.();
    await called[0];
    called.push(call(other));
    await vi.waitFor(() => expect(answers).toHaveLength(MAX_SESSIONS_CALLS), 20_000);
    for (const answer of answers) answer();
    for (const each of called) expect(await each).toMatchObject({ isError: true });
  });

  it("counts calls by sessions, and requests without one beside them", async () => {
    const host = new TestHost();
    const { url } = await serveHttp(host);
    for (const era of ["2025", "2025", "2026", "2026"] as const) {
      const client = clientOf(era, {});
      await client.connect(new StreamableHTTPClientTransport(url));
      ended.push(() => client.close());
      await client.callTool({ name: "acme.echo", arguments: { text: "hi" } });
    }
    const [one, other, none, none2] = host.calls;
    expect(one?.client).toBe(one?.session);
    expect(new Set([one?.client, other?.client, none?.client]).size).toBe(3);
    expect(none2?.client).toBe(none?.client);
    expect(none2?.session).not.toBe(none?.session);
  });

  it("leaves no session behind where none was begun", async () => {
    const host = new TestHost();
    const { url, mcp } = await serveHttp(host);
    const post = (body: unknown) =>
      fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
        body: JSON.stringify(body),
      });
    expect((await post({ jsonrpc: "2.0", id: 1, method: "tools/list" })).status).toBe(400);
    expect((await post("nothing")).status).toBe(400);
    expect((await fetch(url, { headers: { "mcp-session-id": "x", accept: "text/event-stream" } })).status).toBe(404);
    expect(mcp.sessions).toBe(0);
  });
});
