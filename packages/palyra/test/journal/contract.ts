import fc from "fast-check";
import { parseJson, toValue } from "palyra-skills/encoding";
import { afterEach, describe, expect, it } from "vitest";
import { GENESIS_HASH, type Journal, type NewEvent, newEvent, REDACTED } from "../../src/journal/index.ts";

/** One journal that a contract runs on; `reopen` gives another connection to the same one. */
export interface JournalUnderTest {
  readonly journal: Journal;
  reopen(): Promise<Journal>;
  remove(): Promise<void>;
}

const actor = { now: 1_700_000_000_000, principal: "user:test", deviceId: "01ARZ3NDEKTSV4RRFFQ69G5FAV", channel: null };
let made = 0;
const ulid = (): string => {
  made += 1;
  return `01HF${String(made).padStart(22, "0")}`;
};
export const event = (payload: NewEvent["payload"] = { skill_id: "acme.echo" }): NewEvent =>
  newEvent(ulid(), actor, "skill.installed", payload);
export const row = (status: string, skill_id = "acme.echo", version = "1.0.0") => ({
  skill_id,
  version,
  status,
  reason: null,
  detected_at_ms: 5,
  operator_principal: "user:test",
});
export const statusEvent = (
  status: "active" | "quarantined" | "disabled",
  skill_id = "acme.echo",
  version = "1.0.0",
): NewEvent => {
  const kind = ({ active: "skill.enabled", quarantined: "skill.quarantined", disabled: "skill.disabled" } as const)[status];
  return newEvent(ulid(), actor, kind, { ...row(status, skill_id, version), reason: "because", operator_principal: "user:op" });
};

/** What every implementation of the port does (spec 5.3). */
export function journalContract(name: string, make: () => Promise<JournalUnderTest>): void {
  describe(`journal on ${name}`, () => {
    let current: JournalUnderTest | undefined;
    const open = async (): Promise<Journal> => {
      current = await make();
      return current.journal;
    };
    afterEach(async () => {
      await current?.journal.close();
      await current?.remove();
      current = undefined;
    });

    it("starts empty: nothing is known, and the chain leads nowhere", async () => {
      const journal = await open();
      expect(await journal.status("acme.echo", "1.0.0")).toEqual({ status: "unknown", source: "unknown" });
      expect(await journal.verifyChain()).toEqual({ events: 0, head: GENESIS_HASH });
      expect(await journal.events({})).toEqual([]);
    });

    it("keeps a row, its creation time, and gives it back as it is", async () => {
      const journal = await open();
      await journal.transaction((writer) => writer.putStatus({ ...row("quarantined"), reason: "bad" }, 10));
      await journal.transaction((writer) => writer.putStatus({ ...row("active"), detected_at_ms: 6 }, 20));
      const found = await journal.status("acme.echo", "1.0.0");
      expect(found).toEqual({
        status: "active",
        source: "journal",
        row: { ...row("active"), detected_at_ms: 6, created_at_unix_ms: 10, updated_at_unix_ms: 20 },
      });
    });

    it("T26: keeps half a character of a stranger's words from making an event that strict readers cannot read", async () => {
      const journal = await open();
      const payload = {
        skill_id: "acme.echo",
        said: "a\ud83d",
        "key\udc00": ["\ud83d\ud83d", "\\ud83d", "\u{1f600}", "\\\udfff"],
      };
      await journal.transaction((writer) => writer.append(event(payload)));
      const [kept] = await journal.events({});
      expect(toValue(parseJson(kept?.payload_json ?? ""))).toEqual({
        skill_id: "acme.echo",
        said: "a\ufffd",
        "key\ufffd": ["\ufffd\ufffd", "\\ud83d", "\u{1f600}", "\\\ufffd"],
      });
    });

    it("looks ids up without their case, versions exactly", async () => {
      const journal = await open();
      await journal.transaction((writer) => writer.putStatus(row("active", "ACME.Echo"), 1));
      expect((await journal.status("acme.ECHO", "1.0.0")).status).toBe("active");
      expect((await journal.statuses())("acme.echo", "1.0.0").status).toBe("active");
      expect((await journal.status("acme.echo", "1.0.1")).status).toBe("unknown");
      await journal.transaction((writer) => writer.putStatus(row("disabled"), 2));
      expect((await journal.status("ACME.Echo", "1.0.0")).row?.skill_id).toBe("ACME.Echo");
      expect((await journal.status("ACME.Echo", "1.0.0")).status).toBe("disabled");
    });

    it("T18: writes status and event in one transaction, or neither", async () => {
      const journal = await open();
      const fails = journal.transaction((writer) => {
        writer.putStatus(row("quarantined"), 1);
        writer.append(statusEvent("quarantined"));
        throw new Error("killed here");
      });
      await expect(fails).rejects.toThrow("killed here");
      expect((await journal.status("acme.echo", "1.0.0")).status).toBe("unknown");
      expect(await journal.events({})).toEqual([]);
    });

    it("T26: a status event outlives its row: the more restrictive of both counts", async () => {
      const journal = await open();
      await journal.transaction((writer) => writer.append(statusEvent("quarantined")));
      expect(await journal.status("Acme.echo", "1.0.0")).toMatchObject({
        status: "quarantined",
        source: "journal",
        row: { reason: "because", operator_principal: "user:op" },
      });
      await journal.transaction((writer) => writer.putStatus(row("active"), 1));
      expect((await journal.status("acme.echo", "1.0.0")).status).toBe("quarantined");
      expect((await journal.statuses())("acme.echo", "1.0.0").status).toBe("quarantined");
      await journal.transaction((writer) => writer.append(statusEvent("active")));
      expect((await journal.status("acme.echo", "1.0.0")).status).toBe("active");
    });

    it("T2: without a row nothing that an event allowed counts", async () => {
      const journal = await open();
      await journal.transaction((writer) => writer.append(statusEvent("active")));
      expect((await journal.status("acme.echo", "1.0.0")).status).toBe("unknown");
      expect((await journal.statuses())("acme.echo", "1.0.0")).toEqual({ status: "unknown", source: "unknown" });
    });

    it("does not take the event of a refused install, which has no status, for one of the installed version", async () => {
      const journal = await open();
      await journal.transaction((writer) => {
        writer.putStatus(row("active"), 1);
        const payload = { skill_id: "acme.echo", version: "1.0.0", reason: "static_security_audit_failed" };
        writer.append(newEvent(ulid(), actor, "skill.quarantined", payload));
      });
      expect((await journal.status("acme.echo", "1.0.0")).status).toBe("active");
    });

    it("shows a word of another program as it is", async () => {
      const journal = await open();
      await journal.transaction((writer) => writer.putStatus(row("pending-review"), 1));
      expect((await journal.status("acme.echo", "1.0.0")).status).toBe("pending-review");
    });

    it("links each event to the one before, and writes one ulid once", async () => {
      const journal = await open();
      const twice = event();
      const [first, again, second] = await journal.transaction((writer) => [
        writer.append(twice),
        writer.append(twice),
        writer.append(event()),
      ]);
      expect(again).toEqual(first);
      expect(await journal.transaction((writer) => [writer.has(twice.event_ulid), writer.has("01")])).toEqual([true, false]);
      expect(first).toMatchObject({ seq: 1, prev_hash: GENESIS_HASH });
      expect(second).toMatchObject({ seq: 2, prev_hash: first?.hash });
      expect(await journal.verifyChain()).toEqual({ events: 2, head: second?.hash });
      expect(await journal.events({})).toEqual([first, second]);
    });

    it("redacts what stands under keys that look secret, and only that", async () => {
      const journal = await open();
      const payload = { missing_secrets: [{ scope: "global", key: "k" }], apiKey: "s3cret", nested: [{ password: ["s3cret"] }] };
      const stored = await journal.transaction((writer) => writer.append(event(payload)));
      expect(stored.payload_json).not.toContain("s3cret");
      expect(JSON.parse(stored.payload_json)).toEqual({ ...payload, apiKey: REDACTED, nested: [{ password: REDACTED }] });
    });

    it("finds events by place, kind and skill, the last ones in ascending order", async () => {
      const journal = await open();
      await journal.transaction((writer) => {
        for (let n = 0; n < 5; n += 1) writer.append(event({ skill_id: n % 2 === 0 ? "Acme.Even" : "acme.odd" }));
        writer.append(statusEvent("disabled", "acme.even"));
      });
      const seqs = async (query: Parameters<Journal["events"]>[0]) => (await journal.events(query)).map(({ seq }) => seq);
      expect(await seqs({})).toEqual([1, 2, 3, 4, 5, 6]);
      expect(await seqs({ last: 2 })).toEqual([5, 6]);
      expect(await seqs({ after: 4 })).toEqual([5, 6]);
      expect(await seqs({ kinds: ["skill.disabled"] })).toEqual([6]);
      expect(await seqs({ skillId: "acme.EVEN", last: 3 })).toEqual([3, 5, 6]);
    });

    it("T40: ends a page where its payloads are long, with one event at least, and finds events by how their ulid begins", async () => {
      const journal = await open();
      const long = "x".repeat(5 * 1024 * 1024);
      const [first] = await journal.transaction((writer) =>
        [long, long, long, "short"].map((text) => writer.append(event({ skill_id: "acme.echo", text }))),
      );
      const seqs = async (query: Parameters<Journal["events"]>[0]) => (await journal.events(query)).map(({ seq }) => seq);
      expect(await seqs({ after: 0, first: 100 })).toEqual([1, 2]);
      expect(await seqs({ after: 2, first: 100 })).toEqual([3, 4]);
      expect(await seqs({ after: 0, last: 100, bounded: true })).toEqual([2, 3, 4]);
      expect(await seqs({ after: 0, last: 100 })).toEqual([1, 2, 3, 4]);
      expect(await seqs({ last: 100, ulid: first?.event_ulid ?? "" })).toEqual([1]);
      expect(await seqs({ last: 100, ulid: first?.event_ulid.slice(0, 6) ?? "" })).toEqual([1, 2, 3, 4]);
      expect(await seqs({ last: 100, ulid: "%" })).toEqual([]);
    });

    it("lets nobody write after the transaction", async () => {
      const journal = await open();
      const writer = await journal.transaction((kept) => kept);
      expect(() => writer.append(event())).toThrow(TypeError);
      expect((await journal.verifyChain()).events).toBe(0);
    });

    it("loses nothing when connections write at once", async () => {
      const journal = await open();
      const others = await Promise.all([current, current, current].map((each) => each?.reopen()));
      const all = [journal, ...others.flatMap((other) => other ?? [])];
      await Promise.all(
        all.flatMap((each) => Array.from({ length: 10 }, () => each.transaction((writer) => writer.append(event())))),
      );
      expect((await journal.verifyChain()).events).toBe(40);
      for (const other of others) await other?.close();
    });

    it("keeps its chain whole and its statuses the most restrictive, whatever is done in whatever order", async () => {
      const status = fc.constantFrom("active", "quarantined", "disabled");
      const id = fc.constantFrom("acme.echo", "ACME.echo", "acme.other");
      const step = fc.oneof(
        fc.record({ put: status, id }),
        fc.record({ append: status, id }),
        fc.record({ note: fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: "binary" }), fc.integer(), fc.bigInt())) }),
      );
      const rank = (word: string | undefined): number => ["active", "disabled", "quarantined"].indexOf(word ?? "active");
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const under = await make();
          const rows = new Map<string, string>();
          const last = new Map<string, string>();
          for (const each of steps)
            await under.journal.transaction((writer) => {
              if ("put" in each) {
                rows.set(each.id.toLowerCase(), each.put);
                writer.putStatus(row(each.put, each.id), 1);
              } else if ("append" in each) {
                last.set(each.id.toLowerCase(), each.append);
                writer.append(statusEvent(each.append, each.id));
              } else writer.append(event(each.note));
            });
          const found = await under.journal.statuses();
          for (const each of ["acme.echo", "acme.other"]) {
            const [mine, chain] = [rows.get(each), last.get(each)];
            const expected = mine === undefined && rank(chain) === 0 ? "unknown" : rank(chain) > rank(mine) ? chain : mine;
            expect(found(each, "1.0.0").status).toBe(expected);
            expect((await under.journal.status(each, "1.0.0")).status).toBe(expected);
          }
          expect((await under.journal.verifyChain()).events).toBe(steps.filter((each) => !("put" in each)).length);
          await under.journal.close();
          await under.remove();
        }),
        { numRuns: 25 },
      );
    });
  });
}
