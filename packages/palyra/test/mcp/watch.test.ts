import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { LOOK_MS, ToolWatch } from "../../src/mcp/watch.ts";

describe("what a list of tools rests on", () => {
  it("is looked at while somebody listens: told once for each list that is another, and not for writes that change none", async () => {
    const state = { mark: "1", summary: "a", looks: 0 };
    const watch = new ToolWatch({
      mark: () => {
        state.looks += 1;
        return state.mark;
      },
      summary: async () => {
        if (state.summary === "!") throw new Error("unreadable");
        return state.summary;
      },
    });
    const heard = vi.fn();
    const end = watch.onChange(heard);
    const look = async () => {
      const before = state.looks;
      await vi.waitFor(() => expect(state.looks).toBeGreaterThan(before + 1), 20_000);
    };
    await look();
    state.mark = "2";
    await look();
    expect(heard).not.toHaveBeenCalled();
    Object.assign(state, { mark: "3", summary: "b" });
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1), 20_000);
    Object.assign(state, { mark: "4", summary: "!" });
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(2), 20_000);
    end();
    const { looks } = state;
    await sleep(3 * LOOK_MS);
    expect(state.looks).toBeLessThanOrEqual(looks + 1);
    expect(heard).toHaveBeenCalledTimes(2);
  });
});
