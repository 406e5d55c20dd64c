// The vulnerability feed (spec 4.3, 4.4): every form of it, its index, its cache.
import { createSecretKey, randomBytes } from "node:crypto";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import type { FeedSource } from "palyra-skills/audit";
import { beforeEach, describe, expect, it } from "vitest";
import { forgeZip } from "../../../../testing/forge/zip.ts";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { describeShared, shared } from "../../../../testing/shared.ts";
import { fetchFeed, openFeed } from "../../src/feeds/index.ts";
import { CERTIFICATE } from "../net/certificate.ts";
import { httpsServer } from "../net/server.ts";

const root = scratchFolder("feeds");

let folder = "";
let cache = "";
let number = 0;
beforeEach(() => {
  folder = join(root, String(number++));
  cache = join(folder, "state", "cache", "feeds");
  mkdirSync(join(folder, "state"), { recursive: true });
});

const record = (id: string, name: string, more: object = {}) =>
  JSON.stringify({
    id,
    modified: "2024-05-30T00:00:00Z",
    affected: [{ package: { ecosystem: "npm", name }, ranges: [{ type: "SEMVER", events: [{ introduced: "0" }] }] }],
    ...more,
  });
const RECORDS = {
  "A-1.json": record("A-1", "lodash"),
  "B-1.json": record("B-1", "minimist", { modified: "2024-06-30T00:00:00Z" }),
  "C-1.json": record("C-1", "lodash", { withdrawn: "2024-06-01T00:00:00Z" }),
  "D-1.json": '{"id":"D-1"}',
};

const signal = new AbortController().signal;
const NOW = 1_750_000_000_000;
const key = createSecretKey(randomBytes(32));
const open = (hook: string, in_ = cache) => openFeed(hook, { cache: in_, now: NOW, signal });

/** Ids of what is known of lodash, or the problem. */
async function lodash(hook: string, in_ = cache): Promise<readonly string[] | string | undefined> {
  const { source, close } = await open(hook, in_);
  try {
    return idsOf(source);
  } finally {
    close();
  }
}
function idsOf(source: FeedSource): readonly string[] | string | undefined {
  if (source.state === "unreadable") return source.problem;
  return source.state === "open" ? source.lookUp(["npm\nlodash"])?.map(({ id }) => id) : source.state;
}

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}
const zipped = (records: { readonly [name: string]: string }): Uint8Array =>
  forgeZip({ entries: Object.entries(records).map(([name, content]) => ({ name, content: Buffer.from(content) })) });
const lines = Object.values(RECORDS).join("\n");

const FORMS: readonly (readonly [string, () => string])[] = [
  ["a zip as OSV publishes it", () => write("all.zip", zipped(RECORDS))],
  ["a record a line", () => write("all.jsonl", `${lines}\n\n`)],
  ["the same, gzipped", () => write("all.jsonl.gz", gzipSync(lines))],
  [
    "a folder of records",
    () => {
      const below = join(folder, "advisories", "npm");
      mkdirSync(below, { recursive: true });
      for (const [name, content] of Object.entries(RECORDS)) writeFileSync(join(below, name), content);
      writeFileSync(join(folder, "advisories", "README.md"), "no record");
      mkdirSync(join(folder, "advisories", ".git"));
      writeFileSync(join(folder, "advisories", ".git", "x.json"), "{}");
      return join(folder, "advisories");
    },
  ],
];

describe.each(FORMS)("%s", (_, make) => {
  it("is read whole: each record is found, withdrawn, or refused by name", async () => {
    const { source, facts, close } = await open(make());
    expect(facts).toMatchObject({ records: 2, withdrawn: 1, refused: 1, newest: Date.parse("2024-06-30T00:00:00Z") });
    expect(facts?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(facts?.refusals).toEqual([
      expect.stringMatching(/^(npm\/D-1\.json|D-1\.json|all\.jsonl(\.gz)?, line 4): modified missing$/),
    ]);
    expect(idsOf(source)).toEqual(["A-1"]);
    close();
  });

  it("is indexed once, and anew when it is another", async () => {
    const feed = make();
    expect(await lodash(feed)).toEqual(["A-1"]);
    const index = (): string =>
      readdirSync(cache)
        .map((name) => `${name} ${statSync(join(cache, name)).mtimeMs}`)
        .join();
    const before = index();
    expect(await lodash(feed)).toEqual(["A-1"]);
    expect(index()).toBe(before);
    if (statSync(feed).isDirectory()) writeFileSync(join(feed, "E-1.json"), record("E-1", "lodash"));
    else
      writeFileSync(
        feed,
        feed.endsWith("zip")
          ? zipped({ ...RECORDS, "E-1.json": record("E-1", "lodash") })
          : gzipIf(feed, `${lines}\n${record("E-1", "lodash")}`),
      );
    expect((await lodash(feed))?.toString()).toMatch(/^(A-1,E-1|E-1,A-1)$/);
    expect(readdirSync(cache)).toHaveLength(1);
  });
});

const gzipIf = (file: string, text: string): string | Uint8Array => (file.endsWith("gz") ? gzipSync(text) : text);

describe("T16: what is no feed is not taken for one", () => {
  const cases: readonly (readonly [string, RegExp, () => string])[] = [
    ["nothing there", /not there/, () => join(folder, "nowhere")],
    ["an empty folder", /no record in it/, () => mkdirSync(join(folder, "empty"), { recursive: true }) ?? ""],
    ["an empty file", /no record in it/, () => write("empty.jsonl", "")],
    ["a zip of something else", /no record in it/, () => write("x.zip", zipped({ "a.txt": "x" }))],
    ["half a zip", /no whole zip/, () => write("x.zip", zipped(RECORDS).subarray(0, 200))],
    ["half a gzip", /no whole gzip/, () => write("x.jsonl.gz", gzipSync(lines).subarray(0, 100))],
    ["a device", /neither a file nor a folder/, () => "/dev/zero"],
    ["an address that was not fetched", /not fetched yet/, () => "https://example.org/all.zip?token=secret"],
    ["an address that is none", /not fetched yet/, () => "ftp://example.org/all.zip"],
  ];
  it.each(cases)("%s", async (_, problem, make) => expect(await lodash(make())).toMatch(problem));

  it("a gzip in which something else follows a member", async () => {
    const [one, two] = [gzipSync(`${RECORDS["B-1.json"]}\n`), gzipSync(`${RECORDS["A-1.json"]}\n`)];
    expect(await lodash(write("two.jsonl.gz", Buffer.concat([one, two])))).toEqual(["A-1"]);
    for (const junk of ["\0\0\0junk", "\0".repeat(16), "junk"])
      expect(await lodash(write("x.jsonl.gz", Buffer.concat([one, Buffer.from(junk), two])))).toMatch(/no whole gzip/);
  });

  it("a record is read whatever the case of its name, and what is named otherwise is counted", async () => {
    const named = { "A-1.JSON": RECORDS["A-1.json"], "B-1.json": RECORDS["B-1.json"], "C-1": "{}", "inner.zip": "PK" };
    const below = join(folder, "named");
    mkdirSync(below);
    for (const [name, content] of Object.entries(named)) writeFileSync(join(below, name), content);
    for (const feed of [write("named.zip", zipped(named)), below]) {
      const { source, facts, close } = await open(feed);
      expect(facts).toMatchObject({ records: 2, refused: 0, passedOver: 2 });
      expect(source).toMatchObject({ facts: { passedOver: 2 } });
      expect(idsOf(source)).toEqual(["A-1"]);
      close();
    }
  });

  it("a zip whose entry is not what its directory says", async () => {
    const bytes = Buffer.from(
      forgeZip({ entries: [{ name: "A-1.json", content: Buffer.from(RECORDS["A-1.json"]), method: 0 }] }),
    );
    bytes.writeUInt8(bytes.readUInt8(60) ^ 1, 60);
    expect(await lodash(write("x.zip", bytes))).toMatch(/damaged/);
  });

  it("a record that is larger than any may be is refused, and stops no other", async () => {
    const feed = write("x.jsonl", `${RECORDS["A-1.json"]}\n"${"x".repeat(17 * 1024 * 1024)}"\n${RECORDS["B-1.json"]}`);
    const { facts, close } = await open(feed);
    expect(facts).toMatchObject({ records: 2, refused: 1, refusals: ["x.jsonl, line 2: too large"] });
    close();
  });
});

describe("an index that is damaged", () => {
  it("says that it is, wherever the damage is, and never that nothing is known; the next look has it again", async () => {
    const feed = write("all.jsonl", lines);
    await lodash(feed);
    const file = join(cache, readdirSync(cache)[0] ?? "");
    const whole = readFileSync(file);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ bits;
        writeFileSync(file, bytes);
        const found = await lodash(feed);
        expect([undefined, "A-1"]).toContain(found?.toString());
        expect(await lodash(feed)).toEqual(["A-1"]);
      }),
      { numRuns: 150 },
    );
  });

  it("is made anew where it was cut, and where something else is in its place", async () => {
    const feed = write("all.jsonl", lines);
    await lodash(feed);
    const file = join(cache, readdirSync(cache)[0] ?? "");
    for (const bytes of [0, 10, 300]) {
      truncateSync(file, Math.min(bytes, statSync(file).size));
      const found = await lodash(feed);
      expect([undefined, "A-1"]).toContain(found?.toString());
      expect(await lodash(feed)).toEqual(["A-1"]);
    }
    writeFileSync(file, "something else");
    expect(await lodash(feed)).toEqual(["A-1"]);
  });
});

describe("where nothing may be written", () => {
  it("a home that is not there is not made, and the feed is read all the same", async () => {
    const feed = write("all.jsonl", lines);
    expect(await lodash(feed, join(folder, "no", "home", "cache", "feeds"))).toEqual(["A-1"]);
    expect(readdirSync(folder)).not.toContain("no");
  });
});

describe("an https address", () => {
  const options = { now: NOW, signal, key, ca: CERTIFICATE };

  it("is fetched once, asked for with what is known of it, and read without a network", async () => {
    const asked: (string | undefined)[] = [];
    const address = `${await httpsServer((request, response) => {
      asked.push(request.headers["if-none-match"]);
      if (request.headers["if-none-match"] === '"1"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"1"' }).end(zipped(RECORDS));
    })}/all.zip`;
    expect(await fetchFeed(address, cache, options)).toEqual({ changed: true });
    expect(await fetchFeed(address, cache, { ...options, now: options.now + 1000 })).toEqual({ changed: false });
    expect(asked).toEqual([undefined, '"1"']);
    const { source, close } = await open(address);
    expect(source).toMatchObject({ state: "open", facts: { hook: address, fetchedAt: options.now + 1000, records: 2 } });
    expect(idsOf(source)).toEqual(["A-1"]);
    close();
    expect(asked).toHaveLength(2);
  });

  it("that fails leaves what is here as it was", async () => {
    let body: Uint8Array | undefined = zipped(RECORDS);
    const address = `${await httpsServer((_, response) => {
      if (body !== undefined) return void response.end(body);
      response.writeHead(200, { "content-length": "100000" });
      response.write("PK half of it");
      return void setTimeout(() => response.destroy(), 20);
    })}/all.zip`;
    await fetchFeed(address, cache, options);
    body = undefined;
    await expect(fetchFeed(address, cache, options)).rejects.toHaveCode("FeedUnreachable");
    expect(await lodash(address)).toEqual(["A-1"]);
    expect(readdirSync(cache).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("leads to no other origin, and is not fetched without TLS (T9)", async () => {
    const elsewhere = `${await httpsServer((_, response) => response.writeHead(302, { location: "https://localhost:1/" }).end())}/`;
    await expect(fetchFeed(elsewhere, cache, options)).rejects.toHaveCode("FeedUnreachable");
    await expect(fetchFeed("http://127.0.0.1/all.zip", cache, options)).rejects.toHaveCode("FeedUnreachable");
  });

  it("keeps its secrets to itself", async () => {
    const { source } = await open("https://user:word@example.org/all.zip?token=secret");
    expect(source).toMatchObject({ state: "unreadable", hook: "https://example.org/all.zip?…" });
  });
});

describeShared("corpora/osv-records", "a feed of real records", () => {
  it("finds each of them under its own package", async () => {
    const { source, facts, close } = await open(shared("corpora/osv-records/osv.jsonl.gz"));
    expect(facts).toMatchObject({ records: 3145 - 66, withdrawn: 66, refused: 1 });
    expect(facts?.refusals).toEqual([expect.stringMatching(/line \d+: affected\[0\]\.ranges\[0\]\.type missing$/)]);
    if (source.state !== "open") throw new Error("not open");
    expect(source.lookUp(["Maven\norg.apache.logging.log4j:log4j-core"])?.map(({ id }) => id)).toContain("GHSA-jfh8-c2jp-5v3q");
    expect(source.lookUp(["npm\nnobody-has-this"])).toEqual([]);
    close();
  });
});

it("a feed that grows is another", async () => {
  const feed = write("all.jsonl", lines);
  const { facts } = await open(feed);
  appendFileSync(feed, `\n${record("Z-1", "lodash")}`);
  const { facts: then } = await open(feed);
  expect(then?.sha256).not.toBe(facts?.sha256);
});
