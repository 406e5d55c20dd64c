// Revocation lists in the life of a home: killed at every point, fetched by several at once, over https (spec 3.4, 5.2).
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RevocationListTerms, signRevocationList, writeRevocationList } from "palyra-skills/signature";
import type { FollowedList } from "palyra-skills/trust";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import type { Home } from "../../src/lifecycle/index.ts";
import { recoverForReading } from "../../src/lifecycle/index.ts";
import { followList, knownLists, refreshDueLists, refreshLists, unfollowList } from "../../src/lifecycle/revocation-lists.ts";
import { decideTrustChange } from "../../src/lifecycle/trust-change.ts";
import { readDecidingTrust, trustPlace } from "../../src/lifecycle/trust-place.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { readListRecords, type TrustChange } from "../../src/trust/index.ts";
import { CERTIFICATE } from "../net/certificate.ts";
import { httpsServer } from "../net/server.ts";
import type { Operation } from "./driver.ts";
import { homeIn, newCall, publicKeyOf, temporaryFolder } from "./support.ts";

let driver: Awaited<ReturnType<typeof bundleForNode>>;
beforeAll(async () => {
  driver = await bundleForNode(join(repositoryRoot, "packages/palyra/test/lifecycle/driver.ts"));
});

/** A home, and where its list comes from. */
interface Place {
  readonly root: string;
  readonly home: Home;
  readonly source: string;
}
function newPlace(): Place {
  const root = temporaryFolder();
  return { root, home: homeIn(root), source: join(root, "list.json") };
}
let here: Place;
beforeEach(() => {
  here = newPlace();
});

const NEVER = Number.MAX_SAFE_INTEGER;
async function listBytes(sequence: number, more: Partial<RevocationListTerms> = {}): Promise<Uint8Array> {
  const times = { issued_at_unix_ms: 0, expires_at_unix_ms: NEVER };
  const terms = { issuer: "acme", sequence, ...times, keys: [], payloads: [], ...more };
  return writeRevocationList(await signRevocationList(terms, new Uint8Array(32).fill(9), nodePlatform));
}
const publish = async (sequence: number, more: Partial<RevocationListTerms> = {}, at = here): Promise<void> =>
  writeFileSync(at.source, await listBytes(sequence, more));
const followed = async (more: Partial<FollowedList> = {}, at = here): Promise<FollowedList> => ({
  ...{ issuer: "acme", source: at.source, public_keys: [await publicKeyOf(9)], grace_ms: 0, when_stale: "block" },
  ...more,
});
const cached = ({ root } = here): readonly string[] => {
  const folder = join(root, "state", "revocations");
  return existsSync(folder) ? readdirSync(folder).flatMap((each) => readdirSync(join(folder, each))) : [];
};
/** `acme 2 fresh`. */
const standing = async ({ home } = here): Promise<string> =>
  (await knownLists(home, newCall())).map((list) => `${list.followed.issuer} ${list.record?.sequence} ${list.standing}`).join();

/** Runs an operation in another process, stopped at a point; true where it came to its end. */
function run({ root }: Place, operation: Operation, point: number): Promise<boolean> {
  const env = { ...process.env, PALYRA_FAULT_POINT: `*:${point}` };
  const child = spawn(process.execPath, [driver.file, root, JSON.stringify(operation)], { env, stdio: "ignore" });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (signal === null && code !== 0) reject(new Error(`exit ${code}`));
      else resolve(signal === null);
    });
  });
}

interface Killed {
  readonly before: (at: Place) => Promise<unknown>;
  readonly operation: (at: Place) => Promise<Operation>;
  /** The same in this process: whatever was left, it comes to its end. */
  readonly again: (at: Place) => Promise<unknown>;
  readonly outcomes: readonly [string, string];
  readonly cached: number;
}

/** Processes at a time. */
const AT_A_TIME = 3;

/** Each time from the beginning, stopped at the next point, until it passes no more. */
async function atEachPoint({ before, operation, again, outcomes, cached: files }: Killed): Promise<void> {
  const seen = new Set<string>();
  const stopped = async (point: number): Promise<boolean> => {
    const at = newPlace();
    await before(at);
    const done = await run(at, await operation(at), point);
    await recoverForReading(at.home, newCall());
    const now = await standing(at);
    expect(done ? outcomes.slice(1) : outcomes, `point ${point}`).toContain(now);
    seen.add(now);
    await readDecidingTrust(at.home, newCall(), "install");
    await again(at);
    expect(await standing(at), `point ${point}`).toBe(outcomes[1]);
    expect(cached(at)).toHaveLength(files);
    return !done;
  };
  for (let first = 1; ; first += AT_A_TIME) {
    const found = await Promise.all(Array.from({ length: AT_A_TIME }, (_, at) => stopped(first + at)));
    if (!found.includes(false)) continue;
    expect(first).toBeGreaterThan(8);
    expect(seen.size).toBe(2);
    return;
  }
}

describe("T11: killed at every point", () => {
  it("a refresh leaves the list before or the list after, and never none", () =>
    atEachPoint({
      before: async (at) => {
        await publish(1, {}, at);
        await followList(at.home, await followed({}, at), newCall());
        await publish(2, {}, at);
      },
      operation: async () => ({ op: "refresh" }),
      again: ({ home }) => refreshLists(home, newCall()),
      outcomes: ["acme 1 fresh", "acme 2 fresh"],
      cached: 1,
    }));

  it("following a list is done or not, and what decides on trust goes on", () =>
    atEachPoint({
      before: (at) => publish(1, {}, at),
      operation: async (at) => ({ op: "follow", list: await followed({}, at) }),
      again: async (at) => followList(at.home, await followed({}, at), newCall()),
      outcomes: ["", "acme 1 fresh"],
      cached: 1,
    }));

  it("following it no more likewise; and a list that is followed is never forgotten", () =>
    atEachPoint({
      before: async (at) => {
        await publish(3, {}, at);
        await followList(at.home, await followed({}, at), newCall());
      },
      operation: async () => ({ op: "unfollow", issuer: "acme" }),
      again: ({ home }) => unfollowList(home, "acme", newCall()),
      outcomes: ["acme 3 fresh", ""],
      cached: 0,
    }));
});

describe("T8: several at once", () => {
  it("never leave an older list than one of them brought", async () => {
    await publish(1);
    await followList(here.home, await followed(), newCall());
    const lists = await Promise.all([2, 3, 4, 5].map((sequence) => listBytes(sequence)));
    await Promise.all(
      lists.map(async (bytes, at) => {
        const own = join(here.root, `own-${at}.json`);
        writeFileSync(own, bytes);
        const other = await followed({ source: own });
        await followList(here.home, other, newCall()).catch((error: unknown) =>
          expect(error).toHaveCode("RevocationListRolledBack"),
        );
      }),
    );
    expect(await standing()).toBe("acme 5 fresh");
  });
});

describe("whoever reads while others write", () => {
  /** A home whose first look at what is kept of lists is overtaken: `meanwhile` happens before or after it is answered. */
  function overtaken(order: "before" | "after", meanwhile: () => Promise<unknown>): Home {
    let first = true;
    const { home } = here;
    const get = async (key: string) => {
      if (!first || !key.includes("revocation_lists")) return home.records.get(key);
      first = false;
      const was = await home.records.get(key);
      await meanwhile();
      return order === "after" ? was : home.records.get(key);
    };
    return { ...home, records: { ...home.records, get } };
  }

  it("finds the list that came meanwhile, and not that the one before is missing", async () => {
    await publish(1);
    await followList(here.home, await followed(), newCall());
    await publish(2);
    const home = overtaken("after", () => refreshLists(here.home, newCall()));
    const { lists } = await readDecidingTrust(home, newCall(), "install");
    expect(lists.map(({ record, standing }) => [record?.sequence, standing])).toEqual([[2, "fresh"]]);
  });

  it("is not stopped by a list that is followed no more", async () => {
    await publish(1);
    await followList(here.home, await followed(), newCall());
    const home = overtaken("before", () => unfollowList(here.home, "acme", newCall()));
    expect((await readDecidingTrust(home, newCall(), "install")).lists).toEqual([]);
  });
});

describe("a list at an https address", () => {
  it("is fetched with the certificates that were given for it, and renewed from there", async () => {
    let sequence = 1;
    const server = await httpsServer(async (request, response) => {
      if (request.url === "/list.json") response.end(await listBytes(sequence));
      else response.writeHead(302, { location: "/list.json" }).end();
    });
    const ca = join(here.root, "ca.pem");
    writeFileSync(ca, CERTIFICATE);
    const list = await followed({ source: `${server}/latest`, ca_cert: ca });
    await expect(followList(here.home, await followed({ source: `${server}/latest` }), newCall())).rejects.toHaveCode(
      "FeedUnreachable",
    );
    expect(await standing()).toBe("");
    await followList(here.home, list, newCall());
    sequence = 2;
    expect(await refreshLists(here.home, newCall())).toEqual([{ issuer: "acme", changed: true }]);
    expect(await standing()).toBe("acme 2 fresh");
  });

  it("that is gone leaves the one that is here, with a warning, until it is stale", async () => {
    const server = await httpsServer(async (_, response) =>
      response.end(await listBytes(1, { expires_at_unix_ms: 2_000_000_000_000 })),
    );
    const ca = join(here.root, "ca.pem");
    writeFileSync(ca, CERTIFICATE);
    await followList(here.home, await followed({ source: server, ca_cert: ca }), newCall());
    writeFileSync(ca, "");
    const call = { ...newCall(), now: 2_000_000_000_000 };
    await refreshDueLists(here.home, call);
    expect(call.warnings).toEqual([expect.stringContaining("FeedUnreachable")]);
    await readDecidingTrust(here.home, call, "installed");
    await expect(readDecidingTrust(here.home, { ...call, now: call.now + 1 }, "installed")).rejects.toHaveCode(
      "RevocationListStale",
    );
  });
});

describe("a source that is somebody else's", () => {
  it.skipIf(process.platform === "win32")("is not waited for where it is a pipe", async () => {
    await publish(1);
    await followList(here.home, await followed(), newCall());
    rmSync(here.source);
    execFileSync("mkfifo", [here.source]);
    const [refreshed] = await refreshLists(here.home, newCall());
    expect(refreshed?.error).toMatchObject({ code: "Io" });
  });

  it("is asked again where the list was heard of in what is the future by now", async () => {
    await publish(1);
    const call = newCall();
    await followList(here.home, await followed(), { ...call, now: call.now + 1e12 });
    await publish(2);
    await refreshDueLists(here.home, call);
    expect(await standing()).toBe("acme 2 fresh");
  });

  it("says nothing by a key that was taken off the list while it was fetched", async () => {
    let between = async (): Promise<void> => {};
    const server = await httpsServer(async (_, response) => {
      await between();
      response.end(await listBytes(2));
    });
    const ca_cert = join(here.root, "ca.pem");
    writeFileSync(ca_cert, CERTIFICATE);
    const list = await followed({ source: server, ca_cert });
    await followList(here.home, list, newCall());
    const change = (to: TrustChange) => decideTrustChange(here.home, "revocations", () => to, newCall());
    for (const [meanwhile, code] of [
      [{ do: "follow_list", list: { ...list, public_keys: [await publicKeyOf(8)] } }, "RevocationListRefused"],
      [{ do: "unfollow_list", issuer: "acme" }, undefined],
    ] as const) {
      await change({ do: "follow_list", list });
      between = async () => void (await change(meanwhile));
      const before = await readListRecords(trustPlace(here.home));
      const [refreshed] = await refreshLists(here.home, { ...newCall(), now: newCall().now + 5 });
      expect([refreshed?.changed, refreshed?.error?.code]).toEqual([false, code]);
      expect(await readListRecords(trustPlace(here.home))).toEqual(before);
    }
  });
});

describe("what a decision rests on", () => {
  it("has another name with another list, and a moment at which it ends", async () => {
    await publish(1, { expires_at_unix_ms: 2_000_000_000_000 });
    await followList(here.home, await followed({ grace_ms: 1000 }), newCall());
    const first = await readDecidingTrust(here.home, newCall(), "installed");
    expect((await readDecidingTrust(here.home, newCall(), "installed")).digest).toBe(first.digest);
    expect(first.nextChangeMs).toBe(2_000_000_000_001);
    const late = await readDecidingTrust(here.home, { ...newCall(), now: 2_000_000_000_001 }, "installed");
    expect(late.nextChangeMs).toBe(2_000_000_001_001);
    await publish(2);
    await refreshLists(here.home, newCall());
    expect((await readDecidingTrust(here.home, newCall(), "installed")).digest).not.toBe(first.digest);
  });

  it("is refused where the vault's record is damaged", async () => {
    await publish(1);
    await followList(here.home, await followed(), newCall());
    const place = trustPlace(here.home);
    expect(await readListRecords(place)).toMatchObject([{ issuer: "acme", sequence: 1 }]);
    const records = {
      ...here.home.records,
      get: async (key: string) => (/revocation_lists/.test(key) ? Buffer.from("{}") : here.home.records.get(key)),
    };
    await expect(readDecidingTrust({ ...here.home, records }, newCall(), "installed")).rejects.toHaveCode("VaultUnavailable");
  });

  it("is as it was once a list is followed no more", async () => {
    await publish(1, { expires_at_unix_ms: 1 });
    await followList(here.home, await followed(), newCall());
    await expect(readDecidingTrust(here.home, newCall(), "installed")).rejects.toHaveCode("RevocationListStale");
    await unfollowList(here.home, "acme", newCall());
    await readDecidingTrust(here.home, newCall(), "install");
  });
});
