import { createSecretKey, type KeyObject } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { nodePlatform as platform } from "../../src/platform/index.ts";
import {
  type ApprovalSubject,
  approvalId,
  effectiveQuotas,
  fittingApproval,
  grantTexts,
  type HostGrant,
  makeApproval,
  mayRead,
  NO_GRANTS,
  parseApprovals,
  parseGrants,
  readSealed,
  type SealedPlace,
  type SkillGrants,
  withApproval,
  writeApprovals,
  writeGrants,
  writeSealed,
} from "../../src/policy/index.ts";
import { manifestOf } from "./support.ts";

const folder = scratchFolder("records");
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const keyOf = (fill: number): KeyObject => createSecretKey(Buffer.alloc(32, fill));

let places = 0;
function newPlace(change: Partial<SealedPlace> = {}): SealedPlace {
  places += 1;
  let floor = 0;
  return {
    file: join(folder, `record-${places}`),
    name: "grants",
    place: "here",
    key: async () => keyOf(1),
    floor: async () => floor,
    raise: async (generation) => {
      floor = generation;
    },
    ...change,
  };
}

describe("a sealed record", () => {
  it("is not written where it could not be read again: what was kept stays", async () => {
    const at = newPlace();
    await writeSealed(at, 0, bytes("{}"));
    await expect(writeSealed(at, 1, new Uint8Array(8 * 1024 * 1024))).rejects.toMatchObject({
      code: "Io",
      details: { code: "EFBIG" },
    });
    expect((await readSealed(at)).generation).toBe(1);
  });

  it("is read as it was written, and as empty before", async () => {
    const at = newPlace();
    expect((await readSealed(at)).generation).toBe(0);
    await writeSealed(at, 0, bytes("{}"));
    await writeSealed(at, 1, bytes('{"a":1}'));
    const read = await readSealed(at);
    expect([read.generation, Buffer.from(read.json).toString()]).toEqual([2, '{"a":1}']);
  });

  it("counts where the process was killed between file and vault, and goes on from there", async () => {
    let isKilled = true;
    let floor = 0;
    const at = newPlace({
      floor: async () => floor,
      raise: async (generation) => {
        if (isKilled) throw new Error("killed");
        floor = generation;
      },
    });
    await expect(writeSealed(at, 0, bytes("{}"))).rejects.toThrow("killed");
    expect((await readSealed(at)).generation).toBe(1);
    isKilled = false;
    await writeSealed(at, 1, bytes("[]"));
    expect((await readSealed(at)).generation).toBe(2);
  });

  it("is no forgery to who reads it while another writes it, the first time and later", async () => {
    const at = newPlace();
    for (const generation of [0, 1]) {
      let isWritten = false;
      const raced = {
        ...at,
        floor: async () => {
          if (!isWritten) {
            isWritten = true;
            await writeSealed(at, generation, bytes(`[${generation}]`));
          }
          return at.floor();
        },
      };
      const { generation: found, json } = await readSealed(raced);
      expect([found, Buffer.from(json).toString()]).toEqual([generation + 1, `[${generation}]`]);
    }
    // Somebody who never stops is no reason to go on for ever.
    let writes = 2;
    await expect(
      readSealed({ ...at, floor: async () => writeSealed(at, writes++, bytes("[]")).then(() => at.floor()) }),
    ).rejects.toHaveCode("AuthorizationRecordInvalid");
    expect(writes).toBeLessThan(10);
  });

  const refused = (at: SealedPlace, problem: string) =>
    expect(readSealed(at)).rejects.toMatchObject({
      code: "AuthorizationRecordInvalid",
      details: { problem: expect.stringContaining(problem) },
    });

  it("is refused where it was changed anywhere, forged, brought here, or is another's", async () => {
    const at = newPlace();
    await writeSealed(at, 0, bytes('{"limit":10}'));
    const good = readFileSync(at.file);
    for (let byte = 0; byte < good.length; byte += 1) {
      const bad = Buffer.from(good);
      bad[byte] = (bad[byte] ?? 0) ^ 1;
      writeFileSync(at.file, bad);
      await expect(readSealed(at), `byte ${byte}`).rejects.toHaveCode("AuthorizationRecordInvalid");
    }
    writeFileSync(at.file, Buffer.concat([good, Buffer.from(" ")]));
    await refused(at, "something else");
    writeFileSync(at.file, good);
    await refused({ ...at, key: async () => keyOf(2) }, "something else");
    await refused({ ...at, place: "elsewhere" }, "something else");
    await refused({ ...at, name: "approvals" }, "something else");
    expect((await readSealed(at)).generation).toBe(1);
  });

  it("is refused where an older one was put back, or it is gone", async () => {
    const at = newPlace();
    await writeSealed(at, 0, bytes("{}"));
    copyFileSync(at.file, `${at.file}.old`);
    await writeSealed(at, 1, bytes('{"revoked":true}'));
    copyFileSync(`${at.file}.old`, at.file);
    await refused(at, "older");
    rmSync(at.file);
    await refused(at, "missing");
    symlinkSync(`${at.file}.old`, at.file);
    await expect(readSealed(at)).rejects.toHaveCode("Io");
    // Begun anew it is behind all that there was.
    rmSync(at.file);
    expect(await writeSealed(at, 0, bytes("{}"))).toBe(3);
    expect(existsSync(at.file)).toBe(true);
  });
});

const subject: ApprovalSubject = {
  principal: "user:local",
  surface: "terminal",
  skill_id: "acme.echo",
  tool_id: "acme.echo.say",
  artifact_sha256: "ab".repeat(32),
  grants: ["network=api.example.com"],
  policy_sha256: "cd".repeat(32),
};
const now = 1_800_000_000_000;
const at = (session: string, when = now) => ({ session, now: when });

describe("T28: an approval is for what was approved, and for nothing else", () => {
  const always = makeApproval(subject, { session: null, now, by: "user:local" }, platform);

  it("fits the same, in any session", () => {
    expect(fittingApproval([always], subject, at("s1"), platform)).toBe(always);
  });

  it.each<[string, Partial<ApprovalSubject>]>([
    ["another person", { principal: "user:other" }],
    ["another surface", { surface: "mcp" }],
    ["another skill", { skill_id: "acme.other" }],
    ["another tool", { tool_id: "acme.echo.pay" }],
    ["other bytes", { artifact_sha256: "ef".repeat(32) }],
    ["more grants", { grants: ["network=api.example.com", "network=evil.example"] }],
    ["fewer grants", { grants: [] }],
    ["other policies", { policy_sha256: "00".repeat(32) }],
  ])("does not fit %s", (_name, change) => {
    expect(fittingApproval([always], { ...subject, ...change }, at("s1"), platform)).toBeUndefined();
  });

  it("of a session is over with it, and after twelve hours", () => {
    const session = makeApproval(subject, { session: "s1", now, by: "user:local" }, platform);
    expect(fittingApproval([session], subject, at("s1"), platform)).toBe(session);
    expect(fittingApproval([session], subject, at("s2"), platform)).toBeUndefined();
    expect(fittingApproval([session], subject, at("s1", now + 12 * 3_600_000), platform)).toBeUndefined();
    expect(withApproval([session], always, now + 12 * 3_600_000)).toEqual([always]);
  });

  it("T19: is kept beside any number of those of a skill that asks for a mebibyte of names", async () => {
    const grants = Array.from({ length: 1000 }, (_, index) => `network=h${index}.${"a".repeat(1000)}.example`);
    const greedy = (number: number) => ({ ...subject, skill_id: "evil.greedy", tool_id: `evil.greedy.t${number}`, grants });
    let kept = withApproval([], always, now);
    for (let number = 0; number < 12; number += 1)
      kept = withApproval(kept, makeApproval(greedy(number), { session: null, now, by: "user:local" }, platform), now);
    const place = newPlace();
    await writeSealed(place, 0, writeApprovals(kept));
    const read = parseApprovals((await readSealed(place)).json) ?? [];
    expect(read.map(({ tool_id }) => tool_id)).toEqual([
      "acme.echo.say",
      ...[5, 6, 7, 8, 9, 10, 11].map((number) => `evil.greedy.t${number}`),
    ]);
    expect(fittingApproval(read, subject, at("s1"), platform)).toEqual(always);
  });

  it("is one of ten thousand at most: the oldest of the skill that has most go", () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      makeApproval({ ...subject, skill_id: "a.b" }, { session: `s${index}`, now, by: "u" }, platform),
    );
    const kept = withApproval(
      [always, ...many.slice(0, 9_999)],
      makeApproval(subject, { session: "x", now, by: "u" }, platform),
      now,
    );
    expect([kept.length <= 10_000, kept[0], kept.at(-1)?.session, kept[1]?.session === "s0"]).toEqual([true, always, "x", false]);
  });

  it("T28: of a session that was given while the clock was ahead is good for no longer than any", () => {
    const ahead = makeApproval(subject, { session: "s1", now: now + 365 * 86_400_000, by: "user:local" }, platform);
    expect(fittingApproval([ahead], subject, at("s1"), platform)).toBeUndefined();
    // A clock that is set by a moment asks nobody again.
    const justAhead = makeApproval(subject, { session: "s1", now: now + 60_000, by: "user:local" }, platform);
    expect(fittingApproval([justAhead], subject, at("s1"), platform)).toBe(justAhead);
  });

  it("has an id of all that it binds: no two texts run together", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 8, maxLength: 8 }), fc.nat(6), ([a = "", b = "", ...rest], cut) => {
        const moved = `${a}${b}`.slice(0, cut);
        const other = `${a}${b}`.slice(cut);
        const one = { ...subject, skill_id: a, tool_id: b, grants: rest };
        const two = { ...subject, skill_id: moved, tool_id: other, grants: rest };
        expect(approvalId(one, null, platform) === approvalId(two, null, platform)).toBe(a === moved && b === other);
      }),
    );
  });

  it("comes back as it was kept; what is written otherwise is none", () => {
    const session = makeApproval(subject, { session: "s1", now, by: "user:local" }, platform);
    expect(parseApprovals(writeApprovals([always, session]))).toEqual([always, session]);
    expect(parseApprovals(bytes('{"approvals":[{}]}'))).toBeUndefined();
    expect(parseApprovals(bytes("{}"))).toBeUndefined();
    expect(parseApprovals(new Uint8Array())).toEqual([]);
  });
});

const host: HostGrant = { host: "127.0.0.1", port: 8443, plain_http: false, private_addresses: true };
const granted: SkillGrants = {
  hosts: [host],
  global_keys: ["weather"],
  inserts: [{ secret: "global/weather", host: "api.example.com", header: "authorization", prefix: "Bearer " }],
  roots: [{ root: "out", folder: "/srv/out" }],
  limits: { fuel: 18_446_744_073_709_551_615n, memory_bytes: 65_536, wall_ms: 10 },
  fixed: { clock_unix_ms: 1_700_000_000_000, seed: "replay-7" },
};

describe("what an operator grants", () => {
  it("comes back as it was kept, in the order of the ids; nothing is not kept", () => {
    const all = new Map([
      ["b.x", granted],
      ["a.x", { ...NO_GRANTS, limits: { wall_ms: 5 } }],
      ["c.x", NO_GRANTS],
    ]);
    const read = parseGrants(writeGrants(all));
    expect([...(read ?? [])]).toEqual([
      ["a.x", { ...NO_GRANTS, limits: { wall_ms: 5 } }],
      ["b.x", granted],
    ]);
    expect(parseGrants(bytes('{"skills":[{"skill_id":"a"}]}'))).toBeUndefined();
    const written = Buffer.from(writeGrants(all)).toString();
    for (const member of ['"port":', '"header":', '"folder":', '"wall_ms":', '"seed":', '"limits":'])
      expect(parseGrants(bytes(written.replace(member, `"newer":1,${member}`))), member).toBeUndefined();
    expect(parseGrants(new Uint8Array())?.size).toBe(0);
  });

  it("T22: a key of scope global is had by whom the operator named alone", () => {
    const manifest = manifestOf(
      'secrets = [{ scope = "global", key_names = ["weather", "other"] }, { scope = "skill:acme.echo", key_names = ["own"] }]',
    );
    expect(grantTexts(manifest, NO_GRANTS)).toEqual(["secret=skill:acme.echo/own"]);
    expect(grantTexts(manifest, { ...NO_GRANTS, global_keys: ["weather"] })).toEqual([
      "secret=global/weather",
      "secret=skill:acme.echo/own",
    ]);
    expect(mayRead("global/weather", { ...NO_GRANTS, global_keys: ["weather"] })).toBe(true);
    expect(mayRead("global/other", { ...NO_GRANTS, global_keys: ["weather"] })).toBe(false);
    expect(mayRead("skill:acme.echo/own", NO_GRANTS)).toBe(true);
  });

  it("T38: a secret that the host inserts is told as that, and as none that a tool may read", () => {
    const manifest = manifestOf(
      'secrets = [{ scope = "global", key_names = ["weather"] }, { scope = "skill:acme.echo", key_names = ["own", "token"] }]',
    );
    const into = { host: "api.example.com", header: "x-key", prefix: "" };
    const inserts = ["global/weather", "skill:acme.echo/token"].map((secret) => ({ secret, ...into }));
    const both = { ...NO_GRANTS, global_keys: ["weather"], inserts };
    expect(grantTexts(manifest, both)).toEqual([
      "insert=global/weather api.example.com x-key",
      "insert=skill:acme.echo/token api.example.com x-key",
      "secret=skill:acme.echo/own",
    ]);
    expect(["global/weather", "skill:acme.echo/token"].map((name) => mayRead(name, both))).toEqual([false, false]);
    // What it does not declare is inserted by nobody.
    expect(grantTexts(manifestOf(), both)).toEqual([]);
  });

  it("is told in full where an approval or a receipt says what may be used", () => {
    const manifest = manifestOf(
      'http_egress_allowlist = ["api.example.com"]\nfilesystem = { read_roots = ["in"], write_roots = ["out"] }\nsecrets = [{ scope = "global", key_names = ["weather"] }]',
    );
    expect(grantTexts(manifest, granted)).toEqual([
      "clock=frozen 1700000000000",
      "insert=global/weather api.example.com authorization",
      "network=api.example.com",
      "network=https://127.0.0.1:8443 private",
      "random=seeded replay-7",
      "root=out /srv/out",
      "storage_read=in",
      "storage_write=out",
    ]);
    // What the operator laid somewhere and the manifest does not declare is no root.
    expect(grantTexts(manifestOf(), granted)).not.toContain("root=out /srv/out");
  });

  it("lowers quotas and never raises them, whoever asks", () => {
    const manifest = manifestOf();
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), fc.nat(), fc.nat(), (fuel, memory, wall) => {
        const limits = { fuel, memory_bytes: memory, wall_ms: wall };
        for (const quotas of [
          effectiveQuotas(manifest, { ...NO_GRANTS, limits }),
          effectiveQuotas(manifest, NO_GRANTS, limits),
        ]) {
          expect(quotas.fuel <= 400_000n && quotas.fuel <= fuel).toBe(true);
          expect(quotas.memoryBytes).toBe(Math.min(1_048_576, memory));
          expect(quotas.wallMs).toBe(Math.min(1_500, wall));
        }
      }),
    );
    expect(effectiveQuotas(manifest, NO_GRANTS)).toEqual({ fuel: 400_000n, memoryBytes: 1_048_576, wallMs: 1_500 });
  });
});
