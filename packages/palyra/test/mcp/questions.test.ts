import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OpenQuestions } from "../../src/mcp/index.ts";
import { MAX_OPEN } from "../../src/mcp/questions.ts";

function questions(): OpenQuestions {
  let last = 0;
  return new OpenQuestions(() => {
    last += 1;
    return `q${last}`;
  });
}

describe("T44: questions that are open", () => {
  it("are nobody's to crowd out: whoever asks without end loses his own", () => {
    const open = questions();
    const other = open.put("other");
    const flood = Array.from({ length: 3 * MAX_OPEN }, () => open.put("flood"));
    const late = open.put("late");
    expect([open.settle(other), open.settle(late), open.settle(flood.at(-1) ?? "")]).toEqual([true, true, true]);
    expect(flood.filter((id) => open.settle(id))).toHaveLength(MAX_OPEN - 3);
  });

  it("are answered once, and not at all once their client has gone", () => {
    const open = questions();
    const [one, two, other] = [open.put("a"), open.put("a"), open.put("b")];
    expect([open.settle(one), open.settle(one)]).toEqual([true, false]);
    open.forget("a");
    expect([open.settle(two), open.settle(other)]).toEqual([false, true]);
  });

  it("are never more than there may be; a client with few keeps them while another has more", () => {
    const names = ["a", "b", "c", "d", "e"];
    fc.assert(
      fc.property(
        fc.array(fc.record({ client: fc.constantFrom(...names), times: fc.integer({ min: 1, max: 600 }) })),
        (steps) => {
          const open = questions();
          const put: string[] = [];
          for (const { client, times } of steps)
            for (let time = 0; time < times; time += 1) put.push(`${client} ${open.put(client)}`);
          const kept = put.filter((each) => open.settle(each.split(" ")[1] ?? ""));
          expect(kept).toHaveLength(Math.min(put.length, MAX_OPEN));
          const countOf = (list: readonly string[], client: string) =>
            list.filter((each) => each.startsWith(`${client} `)).length;
          for (const client of names)
            expect(countOf(kept, client)).toBeGreaterThanOrEqual(
              Math.min(countOf(put, client), Math.floor(MAX_OPEN / names.length)),
            );
        },
      ),
      { numRuns: 30 },
    );
  });
});
