/** The journal as a stream: nothing is lost or sent twice, and a reader that takes nothing holds up nobody. */
import { copyFileSync, existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { compose } from "../../src/entry/compose.ts";
import { STOP_GRACE_MS } from "../../src/http/bounds.ts";
import { newEvent } from "../../src/journal/index.ts";
import { temporaryFolder } from "../cli/support.ts";
import { ADMIN, admin, type Daemon, startDaemon } from "../daemon/support.ts";
import { newCall } from "../lifecycle/parts.ts";

/** Milliseconds that a machine with much else to do has for what must come. */
const PATIENCE_MS = 60_000;

let daemon: Daemon;
beforeAll(async () => {
  daemon = await startDaemon(temporaryFolder());
});

const quarantine = (number: number) =>
  admin(daemon, `/admin/v1/skills/acme.s${number}/quarantine`, { body: { version: "1.0.0" } });

interface Stream {
  readonly text: () => string;
  readonly ids: () => number[];
  readonly status: number;
  until(done: (text: string) => boolean): Promise<void>;
  readonly ended: Promise<void>;
  close(): void;
}

function open(query = "", headers: { readonly [name: string]: string } = {}): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const sent = request(`${daemon.url}/admin/v1/journal${query}`, { agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", () => {});
      const ended = new Promise<void>((done) => response.once("close", done));
      resolve({
        text: () => text,
        // Of events that are whole: a piece may end within a number. By no regular expression: an event of megabytes is too much for its stack.
        ids: () =>
          text
            .split("\n\n")
            .slice(0, -1)
            .filter((event) => event.startsWith("id: "))
            .map((event) => Number(event.slice("id: ".length, event.indexOf("\n")))),
        status: response.statusCode ?? 0,
        until: async (done) => {
          const since = performance.now();
          while (!done(text)) {
            if (performance.now() - since > PATIENCE_MS) throw new Error(`it never came: ${text.slice(-500)}`);
            await new Promise((next) => setTimeout(next, 20));
          }
        },
        ended,
        close: () => sent.destroy(),
      });
    });
    sent.on("error", reject);
    for (const [name, value] of Object.entries({ ...ADMIN, accept: "text/event-stream", ...headers }))
      sent.setHeader(name, value);
    sent.end();
  });
}

describe("GET /admin/v1/journal as a stream", () => {
  it("begins with what comes from now on, in the form of server-sent events", async () => {
    await quarantine(1);
    const stream = await open();
    await stream.until((text) => text.startsWith("retry: "));
    await quarantine(2);
    await stream.until((text) => text.includes("acme.s2"));
    expect(stream.text()).not.toContain("acme.s1");
    const [, event] = stream.text().split("\n\n");
    const [id, kind, data] = (event ?? "").split("\n");
    expect({ id, kind }).toEqual({ id: expect.stringMatching(/^id: \d+$/), kind: "event: skill.quarantined" });
    expect(JSON.parse((data ?? "").replace("data: ", ""))).toMatchObject({
      event_kind: "skill.quarantined",
      payload: { skill_id: "acme.s2" },
    });
    stream.close();
  });

  it("goes on where a reader left off, each event once and in order, whatever is written meanwhile", async () => {
    const from = Number((await admin(daemon, "/admin/v1/journal?last=true&limit=1")).json["count"]) - 1;
    const writing = (async () => {
      for (let number = 100; number < 250; number++) await quarantine(number);
    })();
    const seen: number[] = [];
    const isLast = (text: string) => text.includes("acme.s249");
    for (let done = false; !done; ) {
      const stream = await open("", { "last-event-id": String(seen.at(-1) ?? from) });
      await stream.until((text) => stream.ids().length >= 20 || isLast(text));
      stream.close();
      seen.push(...stream.ids());
      done = isLast(stream.text());
    }
    await writing;
    expect(seen).toEqual(seen.map((_, at) => from + 1 + at));
    expect(seen.at(-1)).toBeGreaterThanOrEqual(150);
  });

  it("tells a reader of one skill of that skill alone", async () => {
    const stream = await open("?skill=acme.s301&kind=skill.quarantined");
    await stream.until((text) => text !== "");
    await quarantine(300);
    await quarantine(301);
    await stream.until((text) => text.includes("acme.s301"));
    expect(stream.text()).not.toContain("acme.s300");
    stream.close();
  });

  it.each(["x", "-1", "1.5", "99999999999999999999"])("refuses the Last-Event-ID %s", async (id) => {
    expect((await open("", { "last-event-id": id })).status).toBe(400);
  });

  it("T26: of a journal that was cut or replaced ends, and is refused to whoever has had more of it than there is", async () => {
    const root = temporaryFolder();
    daemon = await startDaemon(root);
    const file = join(root, "state/data/journal.sqlite3");
    const move = (from: string, to: string): void => {
      for (const more of ["", "-wal", "-shm"]) if (existsSync(`${from}${more}`)) renameSync(`${from}${more}`, `${to}${more}`);
    };
    await quarantine(1);
    copyFileSync(file, `${file}.one`);
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${file}.one-wal`);
    await quarantine(2);
    const stream = await open("", { "last-event-id": "1" });
    await stream.until(() => stream.ids().includes(2));
    move(file, `${file}.whole`);
    move(`${file}.one`, file);
    await stream.ended;
    for (const id of ["2", "999999999999999"]) expect((await open("", { "last-event-id": id })).status).toBe(400);
    expect((await open("?after=2")).status).toBe(400);
    expect((await open("", { "last-event-id": "1" })).status).toBe(200);
  });

  it("of a journal that cannot be read is an error like any other, and no stream that says nothing", async () => {
    const root = temporaryFolder();
    daemon = await startDaemon(root);
    const file = join(root, "state/data/journal.sqlite3");
    await quarantine(1);
    for (const more of ["-wal", "-shm"]) rmSync(`${file}${more}`, { force: true });
    rmSync(file);
    writeFileSync(file, "no journal ".repeat(500));
    expect((await open("", { "last-event-id": "0" })).status).toBe(503);
  });

  it("T40: of events that are longer than what may wait for a reader goes on behind them, and a page of them has fewer", async () => {
    const root = temporaryFolder();
    daemon = await startDaemon(root);
    await quarantine(1);
    const { home } = compose({}, { HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_VAULT_BACKEND: "encrypted_file" });
    const journal = await home.openJournal(home.places.journal, { create: true, auditFile: join(root, "audit.ndjson") });
    const long = "x".repeat(9 * 1024 * 1024);
    await journal.transaction((writer) => {
      for (const each of [long, long]) writer.append(newEvent(home.newUlid(1), newCall(), "skill.finished", { each }));
    });
    await journal.close();
    await quarantine(2);
    const stream = await open("", { "last-event-id": "1" });
    await stream.until((text) => text.includes("acme.s2") && text.endsWith("\n\n"));
    expect(stream.ids()).toEqual([2, 3, 4]);
    stream.close();
    const page = async (query: string) => {
      const { json } = await admin(daemon, `/admin/v1/journal?${query}`);
      return [Object(json)["events"].map(({ seq }: { seq: number }) => seq), json["next_after"]];
    };
    expect(await page("limit=10")).toEqual([[1, 2], 2]);
    expect(await page("limit=10&after=2")).toEqual([[3], 3]);
    expect(await page("limit=10&after=3")).toEqual([[4], null]);
    expect(await page("limit=10&last=true")).toEqual([[3, 4], null]);
  });

  it("is open to so many readers and no more; one that goes makes room", async () => {
    daemon = await startDaemon(temporaryFolder());
    const streams = await Promise.all(Array.from({ length: 32 }, () => open()));
    expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await open()).status).toBe(503);
    expect((await admin(daemon, "/admin/v1/journal")).status).toBe(200);
    streams.shift()?.close();
    let status = 503;
    const since = performance.now();
    while (status !== 200 && performance.now() - since < PATIENCE_MS) {
      await new Promise((next) => setTimeout(next, 20));
      const again = await open();
      status = again.status;
      streams.push(again);
    }
    expect(status).toBe(200);
    for (const stream of streams) stream.close();
  });

  it("ends when the daemon stops", async () => {
    const other = await startDaemon(temporaryFolder());
    daemon = other;
    const stream = await open();
    await stream.until((text) => text !== "");
    const started = performance.now();
    await other.stop();
    // It is not what is cut off in the end.
    expect(performance.now() - started).toBeLessThan(STOP_GRACE_MS);
  });
});
