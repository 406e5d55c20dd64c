// The vulnerability feed as a stranger meets it (spec 4.3, T16, T32): whoever answers for its address, publishes it, or can write the cache.
import { createSecretKey, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { forgeZip } from "../../../../testing/forge/zip.ts";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { fetchedAt, fetchFeed, openFeed } from "../../src/feeds/index.ts";
import { CERTIFICATE } from "../net/certificate.ts";
import { httpsServer } from "../net/server.ts";

const root = scratchFolder("feed-attacks");
let [folder, cache, number] = ["", "", 0];
beforeEach(() => {
  folder = join(root, String(number++));
  cache = join(folder, "cache", "feeds");
  mkdirSync(join(folder, "cache"), { recursive: true });
});

const NOW = 1_750_000_000_000;
const DAY = 86_400_000;
const signal = new AbortController().signal;
const key = createSecretKey(randomBytes(32));
const options = { now: NOW, signal, key, ca: CERTIFICATE };

const record = (id: string, name: string, more: object = {}) =>
  JSON.stringify({
    id,
    modified: "2024-05-30T00:00:00Z",
    affected: [{ package: { ecosystem: "npm", name }, ranges: [{ type: "SEMVER", events: [{ introduced: "0" }] }] }],
    ...more,
  });
const GOOD = record("A-1", "lodash");
/** Says nothing of lodash. */
const EMPTIER = record("B-1", "minimist");

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** What is known of lodash by somebody who decides: ids, or why nothing can be said. */
async function lodash(hook: string, now = NOW): Promise<string> {
  const { source, close } = await openFeed(hook, { cache, now, signal, key });
  try {
    if (source.state !== "open") return source.state === "unreadable" ? (source.problem ?? "") : source.state;
    return (
      source
        .lookUp(["npm\nlodash"])
        ?.map(({ id }) => id)
        .join() ?? "damaged"
    );
  } finally {
    close();
  }
}
const cached = (end: string): string => join(cache, readdirSync(cache).find((name) => name.endsWith(end)) ?? "");

/** Answers as the last of what it was given does. */
async function server(
  first: RequestListener,
): Promise<{ readonly address: string; answer: RequestListener; readonly asked: number }> {
  const state = { address: "", answer: first, asked: 0 };
  const origin = await httpsServer((request, response) => {
    state.asked += 1;
    state.answer(request, response);
  });
  state.address = `${origin}/all.jsonl`;
  return state;
}
const says =
  (body: string | Uint8Array, headers: { readonly [name: string]: string } = {}): RequestListener =>
  (request, response) => {
    if (headers["etag"] !== undefined && request.headers["if-none-match"] === headers["etag"]) response.writeHead(304).end();
    else response.writeHead(200, headers).end(body);
  };

describe("T16, T32: who can write the cache", () => {
  it("puts other bytes in the place of what was fetched: they are not read, and the next fetch has the right ones", async () => {
    const at = await server(says(GOOD, { etag: '"1"' }));
    await fetchFeed(at.address, cache, options);
    expect(await lodash(at.address)).toBe("A-1");
    writeFileSync(cached(".feed"), EMPTIER);
    expect(await lodash(at.address)).toMatch(/changed since: palyra skills feed refresh/);
    expect(await fetchedAt(at.address, cache, options)).toBeUndefined();
    // The server would say that nothing is new.
    expect(await fetchFeed(at.address, cache, options)).toEqual({ changed: true });
    expect(await lodash(at.address)).toBe("A-1");
  });

  it("says of his bytes that they were fetched, with a key of his own or with none: they were not", async () => {
    const at = await server(says(GOOD));
    const other = await server(says(EMPTIER));
    await fetchFeed(at.address, cache, options);
    const mine = join(folder, "mine");
    mkdirSync(mine);
    await fetchFeed(other.address, mine, { ...options, key: createSecretKey(randomBytes(32)) });
    const [meta, feed] = [cached(".json"), cached(".feed")];
    const [before, bytes] = [readFileSync(meta), readFileSync(feed)];
    const forged = JSON.parse(before.toString());
    const his = JSON.parse(readFileSync(join(mine, readdirSync(mine).find((name) => name.endsWith(".json")) ?? ""), "utf8"));
    writeFileSync(feed, EMPTIER);
    for (const text of [
      { ...forged, sha256: his.sha256 },
      { ...his, url: forged.url },
      { ...his, mac: "" },
      { schema_version: 1 },
    ]) {
      writeFileSync(meta, JSON.stringify(text));
      expect(await lodash(at.address)).toMatch(/not fetched yet/);
    }
    writeFileSync(meta, before);
    writeFileSync(feed, bytes);
    expect(await lodash(at.address)).toBe("A-1");
  });

  it("makes an old feed young by its date, or another address's by its name: neither counts", async () => {
    const [at, other] = [await server(says(GOOD)), await server(says(EMPTIER))];
    await fetchFeed(at.address, cache, options);
    const meta = cached(".json");
    const text = readFileSync(meta, "utf8");
    writeFileSync(meta, text.replace(String(NOW), String(NOW + DAY)));
    expect(await fetchedAt(at.address, cache, options)).toBeUndefined();
    expect(await lodash(at.address)).toMatch(/not fetched yet/);
    writeFileSync(meta, text);
    expect(await fetchedAt(at.address, cache, options)).toBe(NOW);
    const names = readdirSync(cache);
    await fetchFeed(other.address, cache, options);
    for (const end of [".json", ".feed"]) {
      const mine = readdirSync(cache).find((name) => name.endsWith(end) && !names.includes(name)) ?? "";
      writeFileSync(join(cache, names.find((name) => name.endsWith(end)) ?? ""), readFileSync(join(cache, mine)));
    }
    expect(await lodash(at.address)).toMatch(/not fetched yet/);
  });

  it("sets the times of a feed that he changed back: it is another all the same", async () => {
    const feed = write("all.jsonl", GOOD.padEnd(EMPTIER.length + 2));
    const times = [new Date(NOW), new Date(NOW)] as const;
    utimesSync(feed, ...times);
    expect(await lodash(feed)).toBe("A-1");
    writeFileSync(feed, EMPTIER.padEnd(readFileSync(feed).length));
    utimesSync(feed, ...times);
    expect(await lodash(feed)).toBe("");
  });
});

describe("T16: who answers for the address", () => {
  const hangsUp: RequestListener = (_, response) => {
    response.writeHead(200, { "content-length": "100000" });
    response.write(GOOD);
    setTimeout(() => response.destroy(), 20);
  };
  const half = gzipSync(GOOD).subarray(0, 40);
  const cases: readonly (readonly [string, RegExp, RequestListener])[] = [
    ["a page of an error that says 200", /no feed: there is no record in it/, says("<html>502 Bad Gateway</html>")],
    ["nothing", /no feed: there is no record in it/, says("")],
    ["half of a gzip", /no feed: it is no whole gzip file/, says(half)],
    ["half of a zip", /no feed: it is no whole zip file/, says(Buffer.from("PK\u0003\u0004 and no more"))],
    ["less than it said", /hung up|cannot be read|aborted/i, hangsUp],
    ["that nothing is new, though nobody asked", /HTTP 304/, (_, response) => response.writeHead(304).end()],
    ["an error", /HTTP 503/, (_, response) => response.writeHead(503).end(GOOD)],
    [
      "the way to another origin",
      /another origin/,
      (_, response) => response.writeHead(302, { location: "https://localhost:1/" }).end(),
    ],
    ["the way to a file", /another origin/, (_, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end()],
    ["a circle", /redirects/, (request, response) => response.writeHead(302, { location: request.url }).end()],
  ];
  it.each(cases)("with %s changes nothing of what is here", async (_, problem, answer) => {
    const at = await server(says(GOOD));
    await fetchFeed(at.address, cache, options);
    at.answer = answer;
    await expect(fetchFeed(at.address, cache, { ...options, now: NOW + DAY })).rejects.toMatchObject({
      code: "FeedUnreachable",
      details: { of: "vulnerability_feed", problem: expect.stringMatching(problem) },
    });
    expect(await lodash(at.address)).toBe("A-1");
    expect(await fetchedAt(at.address, cache, options)).toBe(NOW);
    expect(readdirSync(cache).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

describe("T16: who publishes it", () => {
  it("dates one record in the future: the feed is as old as the others", async () => {
    const facts = async (...lines: readonly string[]) => {
      const { facts: found, close } = await openFeed(write("all.jsonl", lines.join("\n")), { cache, now: NOW, signal, key });
      close();
      return found;
    };
    const future = record("Z-1", "lodash", { modified: "2999-01-01T00:00:00Z" });
    expect(await facts(GOOD, future)).toMatchObject({ records: 2, newest: Date.parse("2024-05-30T00:00:00Z") });
    expect(await facts(GOOD, record("Y-1", "x", { modified: new Date(NOW + DAY / 2).toISOString() }))).toMatchObject({
      newest: NOW + DAY / 2,
    });
    // Nothing of it can be believed.
    expect(await facts(future)).toMatchObject({ records: 1, newest: 0 });
  });

  it("an index that was made while the clock was ahead is made anew", async () => {
    const feed = write("all.jsonl", [GOOD, record("Z-1", "x", { modified: "2030-01-01T00:00:00Z" })].join("\n"));
    const newest = async (now: number) => {
      const { facts, close } = await openFeed(feed, { cache, now, signal, key });
      close();
      return facts?.newest;
    };
    expect(await newest(Date.parse("2031-01-01T00:00:00Z"))).toBe(Date.parse("2030-01-01T00:00:00Z"));
    expect(await newest(NOW)).toBe(Date.parse("2024-05-30T00:00:00Z"));
  });

  it("lets the entries of a zip lie over each other, so that few bytes are very many", async () => {
    const many = 1000;
    const stored = forgeZip({
      entries: [{ name: "0.json", content: Buffer.from(record("A-1", "lodash", { details: "x".repeat(100_000) })), method: 0 }],
    });
    expect(await lodash(write("one.zip", stored))).toBe("A-1");
    const place = Buffer.from(stored).indexOf("PK\u0001\u0002");
    const over = Buffer.concat([
      stored.subarray(0, place),
      ...Array.from({ length: many }, () => stored.subarray(place, -22)),
      endOf(stored, many),
    ]);
    expect(await lodash(write("over.zip", over))).toMatch(/lie over each other/);
  });

  it("says the same id again and again, of one package or of very many: time is linear, and the disk is not filled", async () => {
    const affected = (name: string) => ({ package: { ecosystem: "npm", name }, versions: ["1.0.0"] });
    const often = record("A-1", "", { affected: Array.from({ length: 60_000 }, () => affected("lodash")) });
    const aliases = Array.from({ length: 4_000 }, (_, at) => `CVE-2024-${at}`.padEnd(900, "x"));
    const wide = record("W-1", "", { aliases, affected: Array.from({ length: 2_000 }, (_, at) => affected(`p${at}`)) });
    const same = Array.from({ length: 5_000 }, () => GOOD);
    const feed = write("all.jsonl", [often, wide, ...same].join("\n"));
    const { facts, source, close } = await openFeed(feed, { cache, now: NOW, signal, key });
    expect(facts).toMatchObject({ records: 5_001, refused: 1, refusals: ["all.jsonl, line 2: too large"] });
    if (source.state !== "open") throw new Error("not open");
    expect(source.lookUp(["npm\nlodash"])).toMatchObject([{ id: "A-1" }]);
    close();
    expect(readFileSync(cached(".index")).length).toBeLessThan(20_000_000);
  });

  it("names entries as paths: nothing is written where they lead", async () => {
    const names = ["../../evil.json", "/etc/evil.json", "a/../../evil.json"];
    const zip = forgeZip({ entries: names.map((name) => ({ name, content: Buffer.from(GOOD) })) });
    expect(await lodash(write("all.zip", zip))).toMatch(/A-1|no whole zip/);
    expect(readdirSync(folder).sort()).toEqual(["all.zip", "cache"]);
  });
});

function endOf(zip: Uint8Array, many: number): Uint8Array {
  const end = Buffer.from(zip.subarray(-22));
  end.writeUInt16LE(many, 8);
  end.writeUInt16LE(many, 10);
  end.writeUInt32LE(end.readUInt32LE(12) * many, 12);
  return end;
}
