import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { useSandboxProgram } from "../../../../testing/sandbox-program.ts";
import { type Turn, Turns } from "../../src/execution/pool/turns.ts";
import { call, command, echo, jobOf, QUOTAS, usePool } from "./sandbox-support.ts";

const ONE_HOUR_NS = 3_600_000_000_000;
const sleeper = (): Promise<Uint8Array> =>
  command(
    `(i64.store (i32.const 24) (i64.const ${ONE_HOUR_NS})) (drop (call $poll_oneoff (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))`,
  );
const never = new AbortController().signal;
/** What has come of it by now. */
const byNow = async (turn: Promise<Turn | undefined>): Promise<Turn | "waits" | "left"> =>
  Promise.race([
    turn.then((given) => given ?? ("left" as const)),
    new Promise<"waits">((resolve) => setImmediate(() => resolve("waits"))),
  ]);

describe("T17: calls that sleep hold up nobody else", () => {
  const pool = usePool(useSandboxProgram());

  it("as many of one skill as may run, and innocent calls beside them", async () => {
    const module = await sleeper();
    const job = jobOf(module, { skillId: "acme.sleeper", quotas: { ...QUOTAS, wallMs: 600_000 } });
    const stops = Array.from({ length: 20 }, () => new AbortController());
    const sleeping = stops.map(({ signal }) => call(pool(), job, { signal }));
    for (let round = 0; round < 10; round += 1)
      expect((await call(pool(), jobOf(await echo(), { skillId: "acme.innocent" }))).kind).toBe("Ok");
    for (const stop of stops) stop.abort();
    for (const { kind, details } of await Promise.all(sleeping))
      expect({ kind, details }).toEqual({ kind: "RuntimeFailure", details: { fault: "cancelled" } });
  });
});

describe("the pool's turns (spec 10.3)", () => {
  const limits = { atOnce: 2, most: 4, mostOfOne: 2, patienceMs: 0 };
  const late = { ...limits, patienceMs: 600_000 };

  it("are given at once to as many as there are cores, and later to more", async () => {
    const patient = new Turns(late);
    const held = [await patient.take("a", never), await patient.take("b", never)];
    const waiting = patient.take("c", never);
    expect(await byNow(waiting)).toBe("waits");
    held[0]?.();
    expect(await byNow(waiting)).toBeTypeOf("function");

    const turns = new Turns(limits);
    const first = await turns.take("a", never);
    for (const skill of ["b", "c", "d"]) expect(await turns.take(skill, never)).toBeTypeOf("function");
    const fifth = turns.take("e", never);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await byNow(fifth)).toBe("waits");
    first?.();
    expect(await byNow(fifth)).toBeTypeOf("function");
  });

  it("are never all of one skill's, and go to the skill of which the fewest run", async () => {
    const turns = new Turns({ ...late, atOnce: 4 });
    const mine = [await turns.take("a", never), await turns.take("a", never)];
    const third = turns.take("a", never);
    expect(await byNow(third)).toBe("waits");
    const others = [await turns.take("b", never), await turns.take("b", never)];
    const another = turns.take("c", never);
    others[0]?.();
    expect(await byNow(another)).toBeTypeOf("function");
    expect(await byNow(third)).toBe("waits");
    mine[0]?.();
    expect(await byNow(third)).toBeTypeOf("function");
  });

  it("are left by who gives up, and given back once", async () => {
    const turns = new Turns({ ...limits, atOnce: 1, most: 1, mostOfOne: 1 });
    const held = await turns.take("a", never);
    const leaving = new AbortController();
    const left = turns.take("b", leaving.signal);
    const next = turns.take("c", never);
    leaving.abort();
    expect(await left).toBeUndefined();
    expect(await turns.take("d", leaving.signal)).toBeUndefined();
    held?.();
    held?.();
    const given = await next;
    const after = turns.take("e", never);
    expect(await byNow(after)).toBe("waits");
    given?.();
    expect(await byNow(after)).toBeTypeOf("function");
  });

  it("hold their bounds, and come to everybody, in whatever order they are taken and given back", async () => {
    const skills = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(skills, fc.infiniteStream(fc.nat(9)), async (order, choices) => {
        const turns = new Turns(limits);
        const running: { readonly skill: string; readonly turn: Turn }[] = [];
        let served = 0;
        const all = order.map(async (skill) => {
          const turn = await turns.take(skill, never);
          if (turn === undefined) throw new Error("nobody gave up");
          running.push({ skill, turn });
          served += 1;
          expect(running.length).toBeLessThanOrEqual(limits.most);
          expect(running.filter((each) => each.skill === skill).length).toBeLessThanOrEqual(limits.mostOfOne);
        });
        while (served < order.length || running.length > 0) {
          await new Promise((resolve) => setImmediate(resolve));
          const [ended] = running.splice(choices.next().value % Math.max(1, running.length), 1);
          ended?.turn();
        }
        await Promise.all(all);
      }),
      { numRuns: 50 },
    );
  });
});
