/** What counts requests loses none, however their connections end. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { compose } from "../../src/entry/compose.ts";
import { Tokens } from "../../src/http/auth.ts";
import { MAX_MCP_REQUESTS, MAX_STREAMS } from "../../src/http/bounds.ts";
import { EventStreams } from "../../src/http/events.ts";
import { Guest } from "../../src/http/guest.ts";
import { State } from "../../src/http/state.ts";
import { temporaryFolder } from "../cli/support.ts";

const server = createServer();
let sockets: Socket[];
beforeEach(async () => {
  sockets = [];
  server.removeAllListeners("request");
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

server.on("connection", (socket) => socket.once("close", () => setImmediate(() => server.emit("gone"))));

/** Sends so many requests at once on one connection, and gives what the server has of them. */
async function send(times: number, method = "GET"): Promise<readonly (readonly [IncomingMessage, ServerResponse])[]> {
  const come: (readonly [IncomingMessage, ServerResponse])[] = [];
  server.removeAllListeners("request").on("request", (...each) => void come.push(each));
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  sockets.push(socket);
  socket.on("error", () => {});
  socket.write(`${method} /mcp HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n`.repeat(times));
  await vi.waitFor(() => expect(come).toHaveLength(times), 20_000);
  return come;
}

/** Breaks the connection that was made first. */
async function breakFirst(): Promise<void> {
  const closed = new Promise((resolve) => server.once("gone", resolve));
  sockets[0]?.destroy();
  await closed;
}

const REQUEST = new Request("http://localhost/mcp");
const answers = (guest: Guest, [incoming, outgoing]: readonly [IncomingMessage, ServerResponse]): Promise<Response> =>
  guest.answer(REQUEST, incoming, outgoing, "r-1");
const newGuest = (fetch: () => Promise<Response>): Guest => new Guest({ tokens: new Tokens([], true), fetch });

describe("requests at /mcp at a time", () => {
  /** Begins to answer them. */
  const refused = async (guest: Guest, requests: readonly (readonly [IncomingMessage, ServerResponse])[]): Promise<unknown> => {
    const codes: unknown[] = [];
    for (const each of requests) answers(guest, each).catch(({ code }) => codes.push(code));
    await new Promise(setImmediate);
    return codes;
  };

  it.each(["GET", "POST"])(
    "(%s) are counted until they end, those too that wait behind another on a connection that breaks",
    async (method) => {
      const guest = newGuest(() => new Promise(() => {}));
      expect(await refused(guest, await send(MAX_MCP_REQUESTS, method))).toEqual([]);
      const later = await send(MAX_MCP_REQUESTS + 1, method);
      expect(await refused(guest, later.slice(0, 1))).toEqual(["TooManyRequests"]);
      await breakFirst();
      expect(await refused(guest, later)).toEqual(["TooManyRequests"]);
    },
  );

  it("find their places, however many streams of sessions are open", async () => {
    const guest = newGuest(() => new Promise(() => {}));
    expect(await refused(guest, await send(MAX_MCP_REQUESTS, "GET"))).toEqual([]);
    expect(await refused(guest, await send(MAX_MCP_REQUESTS, "POST"))).toEqual([]);
    expect(await refused(guest, await send(1, "DELETE"))).toEqual(["TooManyRequests"]);
  });

  it("are not begun where the connection is closed by then, and take no place", async () => {
    const fetch = vi.fn(async () => new Response("hi"));
    const guest = newGuest(fetch);
    const [gone] = await send(1);
    if (gone === undefined) throw new Error("nothing came");
    await breakFirst();
    for (let time = 0; time < MAX_MCP_REQUESTS; time++)
      await expect(answers(guest, gone)).rejects.toMatchObject({ code: "RequestTimeout" });
    expect(fetch).not.toHaveBeenCalled();
    const [there] = await send(1);
    if (there === undefined) throw new Error("nothing came");
    expect(await (await answers(guest, there)).text()).toBe("hi");
  });
});

describe("streams of events at a time", () => {
  it("are counted until they end, those too that wait behind another on a connection that breaks", async () => {
    const root = temporaryFolder();
    const { home } = compose({ stateRoot: join(root, "state") }, { HOME: root, PALYRA_VAULT_BACKEND: "encrypted_file" });
    const state = new State(home, () => {
      throw new Error("nobody asks");
    });
    const streams = new EventStreams(state, () => 0);
    const open = async ([, outgoing]: readonly [IncomingMessage, ServerResponse]): Promise<void> =>
      streams.open({ id: "r-1", outgoing }, {}, undefined);
    const all = await send(MAX_STREAMS);
    await Promise.all(all.map(open));
    expect(streams.count).toBe(MAX_STREAMS);
    await breakFirst();
    expect(streams.count).toBe(0);
    for (const each of all) await expect(open(each)).rejects.toMatchObject({ code: "RequestTimeout" });
    expect(streams.count).toBe(0);
    streams.close();
    await state.close();
  });
});
