// What is found out of an installed skill's components later on (spec 4.4, 5.4).
import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_POLICY, type FeedSource, type SourcedStatement } from "palyra-skills/audit";
import { describe, expect, it } from "vitest";
import { type NamedFeed, openFeed } from "../../src/feeds/index.ts";
import { buildIndex } from "../../src/feeds/osv/build-index.ts";
import { openIndex } from "../../src/feeds/osv/index-file.ts";
import { type Home, type ReauditRequest, readFeedKey, reauditSkills } from "../../src/lifecycle/index.ts";
import { install, newCall, newHome, reauditRequest } from "./support.ts";

const LODASH = { type: "library", name: "lodash", version: "4.17.20", purl: "pkg:npm/lodash@4.17.20" };
const HIGH = [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N" }];
const NOW = newCall().now;
const DAY = 86_400_000;

function record(id: string, name: string, modified = NOW - DAY): object {
  const affected = [
    { package: { ecosystem: "npm", name }, ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: "4.17.21" }] }] },
  ];
  return { id, modified: new Date(modified).toISOString(), severity: HIGH, affected };
}

interface Place {
  readonly home: Home;
  readonly folder: string;
}
async function installed(): Promise<Place> {
  const home = newHome();
  await install(home, { components: [LODASH] });
  const folder = join(home.places.stateRoot, "..", "advisories");
  mkdirSync(folder);
  return { home, folder };
}

const publish = ({ folder }: Place, ...records: readonly object[]): void => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [number, each] of records.entries()) writeFileSync(join(folder, `${number}.json`), JSON.stringify(each));
};
const open = ({ home, folder }: Place): Promise<NamedFeed> =>
  openFeed(folder, { cache: join(home.places.stateRoot, "cache", "feeds"), now: NOW, signal: new AbortController().signal });

/** A pass with the feed as it is now. */
async function pass(at: Place, more: Partial<ReauditRequest> = {}) {
  const { source, close } = await open(at);
  try {
    return await passWith(at, { feed: source, ...more });
  } finally {
    close();
  }
}
const passWith = ({ home }: Place, more: Partial<ReauditRequest>) =>
  reauditSkills(home, reauditRequest({ clock: () => NOW, ...more }), newCall("system:daemon"));

async function statusOf({ home }: Place) {
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    return await journal?.status("acme.echo", "1.0.0");
  } finally {
    await journal?.close();
  }
}

describe("T32: a new vulnerability quarantines what passed before", () => {
  it("with nothing else changed, at the next pass", async () => {
    const at = await installed();
    publish(at, record("CVE-2024-1", "minimist"));
    expect(await pass(at)).toMatchObject({ checked: 1, unchanged: 0, quarantined: 0 });
    expect(await pass(at)).toMatchObject({ checked: 1, unchanged: 1, quarantined: 0 });
    publish(at, record("CVE-2024-1", "minimist"), record("CVE-2024-2", "lodash"));
    expect(await pass(at)).toMatchObject({ unchanged: 0, quarantined: 1 });
    expect((await statusOf(at))?.row?.reason).toMatch(/^periodic_reaudit_failed: vulnerability_matches/);
  });

  it("a feed that was fetched anew and is the same opens no verdict again", async () => {
    const at = await installed();
    publish(at, record("CVE-2024-1", "minimist"));
    await pass(at);
    publish(at, record("CVE-2024-1", "minimist"));
    expect(await pass(at)).toMatchObject({ unchanged: 1 });
  });

  it("a statement that is taken back opens the verdict again", async () => {
    const at = await installed();
    publish(at, record("CVE-2024-2", "lodash"));
    const vex: readonly SourcedStatement[] = [
      {
        names: ["CVE-2024-2"],
        status: "not_affected",
        source: "x.json",
        products: [{ ids: ["pkg:npm/lodash"], hashes: [], parts: [] }],
      },
    ];
    expect(await pass(at, { vex, vexSha256: "1" })).toMatchObject({ quarantined: 0 });
    expect(await pass(at, { vex, vexSha256: "1" })).toMatchObject({ unchanged: 1 });
    expect(await pass(at)).toMatchObject({ quarantined: 1 });
  });

  it("and a verdict ends when the feed is older than the policy lets it be", async () => {
    const at = await installed();
    publish(at, record("CVE-2024-1", "minimist"));
    const policy = { ...DEFAULT_POLICY, checks: { vulnerability_matches: "fail" as const } };
    expect(await pass(at, { policy })).toMatchObject({ quarantined: 0 });
    const clock = () => NOW + 29 * DAY;
    expect(await pass(at, { policy, clock })).toMatchObject({ unchanged: 1 });
    expect(await pass(at, { policy, clock: () => NOW + 31 * DAY })).toMatchObject({ unchanged: 0, quarantined: 1 });
  });
});

describe("T16, T32: an index of the feed that somebody else wrote", () => {
  /** Puts an index in place that says nothing of lodash, and that it is of the feed as it is. Then a pass as the daemon makes it. */
  async function passWithForged(forgedWith: (key: KeyObject) => KeyObject | undefined) {
    const at = await installed();
    publish(at, record("CVE-2024-2", "lodash"));
    const key = await readFeedKey(at.home);
    const cache = join(at.home.places.stateRoot, "cache", "feeds");
    const openKeyed = () => openFeed(at.folder, { cache, key, now: NOW, signal });
    (await openKeyed()).close();
    const file = join(cache, readdirSync(cache).find((name) => name.endsWith(".keyed.index")) ?? "");
    const whole = openIndex(file, key);
    const facts = whole?.facts ?? { mark: "", sha256: "" };
    whole?.close();
    async function* other() {
      yield { name: "a.json", bytes: Buffer.from(JSON.stringify(record("CVE-2024-1", "minimist"))) };
    }
    await buildIndex(file, other(), () => facts, signal, { now: NOW, key: forgedWith(key) });
    const { source, close } = await openKeyed();
    try {
      return await passWith(at, { feed: source });
    } finally {
      close();
    }
  }
  const signal = new AbortController().signal;

  it.each([
    ["without a key", () => undefined],
    ["with a key of his own", () => createSecretKey(randomBytes(32))],
  ])("%s hides no vulnerability", async (_, forgedWith) => {
    expect(await passWithForged(forgedWith)).toMatchObject({ quarantined: 1 });
  });

  it("is told by the vault's key, and by nothing else", async () => {
    expect(await passWithForged((key) => key)).toMatchObject({ quarantined: 0 });
  });
});

describe("T16, T32: a feed that cannot be read neither clears nor quarantines anything", () => {
  it("and what it would have said is kept as no verdict", async () => {
    const at = await installed();
    publish(at, record("CVE-2024-2", "lodash"));
    const { source, close } = await open(at);
    close();
    if (source.state !== "open") throw new Error("not open");
    const damaged: FeedSource = { ...source, lookUp: () => undefined };
    expect(await passWith(at, { feed: damaged })).toMatchObject({ quarantined: 0 });
    expect(await passWith(at, { feed: damaged })).toMatchObject({ unchanged: 0, quarantined: 0 });
    // The same digest, and now it answers.
    expect(await pass(at)).toMatchObject({ quarantined: 1 });
    const unreadable: FeedSource = { state: "unreadable", hook: "x" };
    expect(await passWith(at, { feed: unreadable })).toMatchObject({ already_stopped: 1 });
    expect(await statusOf(at)).toMatchObject({ status: "quarantined" });
  });

  it("and leaves what is active as it is", async () => {
    const at = await installed();
    expect(await passWith(at, { feed: { state: "unreadable", hook: "x" } })).toMatchObject({ checked: 1, quarantined: 0 });
    expect(await statusOf(at)).toMatchObject({ status: "active" });
  });
});
