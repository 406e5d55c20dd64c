// Growth of several memories and tables under caps, held against a model of it (T17, SPEC.md 10.2).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Instance, metered, refusalOf, wat } from "./support.ts";

interface Grows {
  readonly min: number;
  /** Above the minimum; absent: none is declared. */
  readonly room: number | undefined;
}
interface Step {
  readonly of: "memory" | "table";
  readonly which: number;
  readonly by: number;
}

const PAGE = 65_536;
const grows = fc.record({ min: fc.nat(3), room: fc.option(fc.nat(8), { nil: undefined }) });
const steps = fc.array(
  fc.record({
    of: fc.constantFrom("memory" as const, "table" as const),
    which: fc.nat(2),
    by: fc.oneof({ weight: 4, arbitrary: fc.nat(3) }, fc.constantFrom(50, 2 ** 31, 2 ** 32 - 1)),
  }),
  { minLength: 1, maxLength: 25 },
);

/** `memory0` and the like grow by what they are given, and answer what the engine does. */
function textOf(memories: readonly Grows[], tables: readonly Grows[]): string {
  const limits = ({ min, room }: Grows): string => `${min} ${room === undefined ? "" : min + room}`;
  const grower = (name: string, code: string): string =>
    `(func (export "${name}") (param i32) (result i32) (${code} (local.get 0)))`;
  return `(module
    ${memories.map((each) => `(memory ${limits(each)})`).join(" ")}
    ${tables.map((each) => `(table ${limits(each)} funcref)`).join(" ")}
    ${memories.map((_, at) => grower(`memory${at}`, `memory.grow ${at}`)).join(" ")}
    ${tables.map((_, at) => grower(`table${at}`, `table.grow ${at} (ref.null func)`)).join(" ")})`;
}

describe("T17: growth under caps", () => {
  it("is allowed as long as both the declared maximum and all together allow it, costs what it gets, and a cap's refusal is noted", () => {
    const ofAll = fc.record({
      // Node 20 knows one memory alone.
      memories: fc.array(grows, { minLength: 1, maxLength: WebAssembly.validate(wat("(module (memory 0) (memory 0))")) ? 3 : 1 }),
      tables: fc.array(grows, { minLength: 1, maxLength: 3 }),
      caps: fc.record({ memory: fc.nat(12), table: fc.nat(20) }),
      mode: fc.constantFrom("flat" as const, "per_byte" as const),
      steps,
    });
    fc.assert(
      fc.property(ofAll, ({ memories, tables, caps: cap, mode, steps }) => {
        const all = { memory: memories, table: tables };
        const sizes = { memory: memories.map(({ min }) => min), table: tables.map(({ min }) => min) };
        const sum = (of: Step["of"]): number => sizes[of].reduce((total, size) => total + size, 0);
        const options = { mode, caps: { memoryBytes: cap.memory * PAGE + 1, tableElements: cap.table } };
        const module = wat(textOf(memories, tables));
        if (sum("memory") > cap.memory || sum("table") > cap.table) {
          expect(refusalOf(module, options)).toBeDefined();
          return;
        }
        const instance = new Instance(metered(module, options));
        let noted = 0;
        for (const { of, which, by } of steps) {
          const at = which % all[of].length;
          const [size = 0, room] = [sizes[of][at], all[of][at]?.room];
          const most = room === undefined ? (of === "memory" ? 2 ** 16 : 10_000_000) : (all[of][at]?.min ?? 0) + room;
          const [fits, hasRoom] = [size + by <= most, sum(of) + by <= cap[of]];
          const ran = instance.call(`${of}${at}`, [by]);
          const costs = (of === "memory" ? 3 : 4) + (mode === "per_byte" && fits && hasRoom ? by : 0);
          expect(ran).toMatchObject({ ended: "ok", result: fits && hasRoom ? size : -1, fuel: BigInt(costs) });
          const bit = of === "memory" ? 1 : 2;
          // Where both refuse, either may be told.
          if (!hasRoom) noted |= fits ? bit : ran.refused & bit;
          expect(ran.refused).toBe(noted);
          if (fits && hasRoom) sizes[of][at] = size + by;
        }
      }),
      { numRuns: 300 },
    );
  });
});
