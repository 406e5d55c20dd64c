import { describe, expect, it } from "vitest";
import { Gate } from "../../src/http/gate.ts";

describe("a gate", () => {
  it("lets so many pass at a time, in their order, and goes on past what fails", async () => {
    const gate = new Gate(2);
    let [inside, most] = [0, 0];
    const order: number[] = [];
    const work = (number: number) =>
      gate.pass(async () => {
        order.push(number);
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setTimeout(resolve, 2));
        inside -= 1;
        if (number % 3 === 0) throw new RangeError("its own");
        return number;
      });
    const found = await Promise.allSettled(Array.from({ length: 9 }, (_, number) => work(number)));
    expect(most).toBe(2);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(found.filter(({ status }) => status === "rejected")).toHaveLength(3);
    expect(await work(10)).toBe(10);
  });
});
