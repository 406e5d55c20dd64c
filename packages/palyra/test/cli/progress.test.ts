import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PATIENCE_MS, startProgress } from "../../src/cli/progress.ts";
import { HOSTILE, UNSAFE } from "./support.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const written: string[] = [];
const terminal = { write: (text: string) => void written.push(text), terminal: true };
beforeEach(() => {
  written.length = 0;
});

describe("progress", () => {
  it("is said after half a second, and taken away again", () => {
    const progress = startProgress(terminal, false);
    progress.say("verifying");
    vi.advanceTimersByTime(PATIENCE_MS - 1);
    expect(written).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(written.join("")).toContain("verifying");
    progress.say("auditing");
    vi.advanceTimersByTime(200);
    expect(written.at(-1)).toContain("auditing");
    progress.pause();
    expect(written.at(-1)).toBe("\r\u001b[2K");
    const count = written.length;
    vi.advanceTimersByTime(5000);
    expect(written).toHaveLength(count);
  });
  it("is not said of what is quick", () => {
    const progress = startProgress(terminal, false);
    progress.say("verifying");
    vi.advanceTimersByTime(PATIENCE_MS - 1);
    progress.pause();
    vi.advanceTimersByTime(5000);
    expect(written).toEqual([]);
  });
  it("is one line without animation with --plain, and nothing where no terminal is", () => {
    const plain = startProgress(terminal, true);
    plain.say("verifying");
    vi.advanceTimersByTime(5000);
    plain.pause();
    expect(written).toEqual(["verifying ...\n"]);
    const none = startProgress({ ...terminal, terminal: false }, false);
    none.say("verifying");
    vi.advanceTimersByTime(5000);
    expect(written).toHaveLength(1);
  });
  it("T20: shows a stranger's name escaped", () => {
    const progress = startProgress(terminal, true);
    progress.say(HOSTILE);
    vi.advanceTimersByTime(PATIENCE_MS);
    expect(written.join("").trimEnd()).not.toMatch(UNSAFE);
  });
});
