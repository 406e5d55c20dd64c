import { MAX_CALL_BYTES, reply } from "palyra-sandbox/host-messages";
import { describe, expect, it } from "vitest";
import { Exit, Guest, R } from "../../../../testing/wasi-guest.ts";

const INVAL = 28;
const FAULT = 21;
const BADF = 8;
const NOTCAPABLE = 76;

describe("what a command has without any grant", () => {
  it("arguments and the two variables", () => {
    const guest = new Guest({
      context: { args: ["tool.wasm", "acme.écho"], env: ["PALYRA_TOOL_ID=acme.écho", "PALYRA_SKILL_ID=acme"] },
    });
    const lists = { args: "tool.wasm\0acme.écho\0", environ: "PALYRA_TOOL_ID=acme.écho\0PALYRA_SKILL_ID=acme\0" };
    for (const [name, expected] of Object.entries(lists)) {
      expect(guest.call(`${name}_sizes_get`, 16, 24)).toBe(0);
      const [count, size] = [guest.view.getUint32(16, true), guest.view.getUint32(24, true)];
      expect(count).toBe(2);
      expect(guest.call(`${name}_get`, 1000, 2000)).toBe(0);
      expect(new TextDecoder().decode(guest.memory.slice(2000, 2000 + size))).toBe(expected);
      expect(guest.view.getUint32(1004, true)).toBe(2000 + expected.indexOf("\0") + 1 + (name === "args" ? 0 : 1));
    }
    expect(guest.call("args_get", 1000, -8)).toBe(FAULT);
  });

  it("clocks that tell milliseconds, and a monotonic one of which each reading is later than the last", () => {
    let now = 1_700_000_000_123.9;
    const guest = new Guest({ context: { clockMs: () => now } });
    const time = (clock: number): bigint => {
      expect(guest.call("clock_time_get", clock, 1n, 16)).toBe(0);
      return guest.view.getBigUint64(16, true);
    };
    expect(time(0)).toBe(1_700_000_000_123_000_000n);
    expect(time(1)).toBe(1_700_000_000_123_000_000n);
    now -= 5_000;
    expect(time(0)).toBe(1_699_999_995_123_000_000n);
    expect([time(1), time(1)]).toEqual([1_700_000_000_123_000_001n, 1_700_000_000_123_000_002n]);
    now += 6_000;
    expect(time(1)).toBe(1_700_000_001_123_000_000n);
    expect(guest.call("clock_res_get", 1, 16)).toBe(0);
    expect(guest.view.getBigUint64(16, true)).toBe(1_000_000n);
    expect([guest.call("clock_time_get", 2, 0n, 16), guest.call("clock_time_get", 4, 0n, 16)]).toEqual([58, INVAL]);
  });

  it("randomness, an end, and a turn for others", () => {
    const guest = new Guest();
    expect(guest.call("random_get", 100, 3)).toBe(0);
    expect([...guest.memory.slice(99, 104)]).toEqual([0, 7, 7, 7, 0]);
    expect(guest.call("sched_yield")).toBe(0);
    expect(() => guest.call("proc_exit", 3)).toThrow(Exit);
  });

  it("stdin to its end; stdout and stderr, and no reading of them", () => {
    const guest = new Guest({ context: { stdin: new TextEncoder().encode("hello world") } });
    expect(guest.read(0, 5)).toEqual({ errno: 0, text: "hello" });
    expect(guest.read(0, 50)).toEqual({ errno: 0, text: " world" });
    expect(guest.read(0, 50)).toEqual({ errno: 0, text: "" });
    expect(guest.write(1, "out")).toEqual({ errno: 0, written: 3 });
    expect(guest.write(2, "log")).toEqual({ errno: 0, written: 3 });
    expect([...guest.out, ...guest.log].map((bytes) => new TextDecoder().decode(bytes))).toEqual(["out", "log"]);
    expect([guest.write(0, "x").errno, guest.read(1, 1).errno, guest.read(7, 1).errno]).toEqual([NOTCAPABLE, NOTCAPABLE, BADF]);
    // Neither a terminal nor a file: C libraries take a character device that cannot seek for a terminal.
    expect([0, 1, 2].map((fd) => guest.fdstat(fd).type)).toEqual([0, 0, 0]);
    // There is no folder: what nobody granted. By no number that libraries take for one that they did not find.
    expect([guest.open(3, "x").errno, guest.open(-1, "x").errno]).toEqual([NOTCAPABLE, BADF]);
    expect(guest.denied).toEqual(["skill.capability.filesystem.read path_open -"]);
  });

  it("what the context throws ends the run, and is no error number", () => {
    const full = new Error("full");
    const guest = new Guest({
      context: {
        stdout: {
          write: () => {
            throw full;
          },
        },
      },
    });
    expect(() => guest.write(1, "x")).toThrow(full);
  });
});

describe("poll_oneoff", () => {
  const IN = 4096;
  const OUT = 64 * 1024;
  const poll = (
    guest: Guest,
    count: number,
  ): { errno: number; events: { userdata: bigint; errno: number; type: number; bytes: bigint }[] } => {
    const errno = guest.call("poll_oneoff", IN, OUT, count, 16);
    const events = Array.from({ length: errno === 0 ? guest.view.getUint32(16, true) : 0 }, (_, index) => {
      const at = OUT + index * 32;
      return {
        userdata: guest.view.getBigUint64(at, true),
        errno: guest.view.getUint16(at + 8, true),
        type: guest.view.getUint8(at + 10),
        bytes: guest.view.getBigUint64(at + 16, true),
      };
    });
    return { errno, events };
  };
  const subscribe = (guest: Guest, index: number, type: number, what: number, timeout = 0n, flags = 0): void => {
    const at = IN + index * 48;
    guest.memory.fill(0, at, at + 48);
    guest.view.setBigUint64(at, BigInt(index + 1), true);
    guest.view.setUint8(at + 8, type);
    guest.view.setUint32(at + 16, what, true);
    guest.view.setBigUint64(at + 24, timeout, true);
    guest.view.setUint16(at + 40, flags, true);
  };

  it("poll_oneoff_stdio: what is open is ready, and no clock is waited for then", () => {
    const guest = new Guest({ context: { stdin: new Uint8Array(9) } });
    subscribe(guest, 0, 0, 1, 3_600_000_000_000n);
    subscribe(guest, 1, 1, 0);
    subscribe(guest, 2, 2, 1);
    subscribe(guest, 3, 2, 42);
    subscribe(guest, 4, 1, 1);
    subscribe(guest, 5, 2, 0);
    const { errno, events } = poll(guest, 6);
    expect(errno).toBe(0);
    expect(events).toMatchObject([
      { userdata: 2n, errno: 0, type: 1, bytes: 9n },
      { userdata: 3n, errno: 0, type: 2 },
      { userdata: 4n, errno: BADF, type: 2 },
      { userdata: 5n, errno: BADF, type: 1 },
      { userdata: 6n, errno: BADF, type: 2 },
    ]);
  });

  it("waits for the earliest clock, by duration or by the hour", () => {
    const guest = new Guest();
    subscribe(guest, 0, 0, 1, 60_000_000_000n);
    subscribe(guest, 1, 0, 1, 30_000_000n);
    const before = performance.now();
    expect(poll(guest, 2).events).toMatchObject([{ userdata: 2n, errno: 0, type: 0 }]);
    expect(performance.now() - before).toBeGreaterThanOrEqual(29);
    subscribe(guest, 0, 0, 0, 1_600_000_000_000_000_000n, 1);
    expect(poll(guest, 1).events).toMatchObject([{ userdata: 1n, errno: 0, type: 0 }]);
    subscribe(guest, 0, 0, 3, 1n);
    expect(poll(guest, 1).events).toMatchObject([{ errno: 58 }]);
    subscribe(guest, 0, 0, 1, 1n, 2);
    expect(poll(guest, 1).events).toMatchObject([{ errno: INVAL }]);
  });

  it("T40: a thousand and twenty-four subscriptions at most, none for nothing, each in the memory", () => {
    const guest = new Guest();
    for (let index = 0; index < 1024; index += 1) subscribe(guest, index, 0, 1);
    expect(poll(guest, 1024).events).toHaveLength(1024);
    expect(guest.charged).toBeGreaterThanOrEqual(1024 * 80);
    const { charged } = guest;
    expect([poll(guest, 0).errno, poll(guest, 1025).errno, poll(guest, -1).errno]).toEqual([INVAL, INVAL, INVAL]);
    expect(guest.call("poll_oneoff", -48, OUT, 1, 16)).toBe(FAULT);
    expect(guest.call("poll_oneoff", IN, -32, 1, 16)).toBe(FAULT);
    expect(guest.charged).toBe(charged);
    subscribe(guest, 0, 3, 0);
    expect(poll(guest, 1).errno).toBe(INVAL);
  });
});

describe("T40: cheap host work", () => {
  const many = (guest: Guest, count: number, address: number, length: number): number => {
    for (let index = 0; index < Math.min(count, 1100); index += 1) {
      guest.view.setUint32(4096 + index * 8, address, true);
      guest.view.setUint32(4100 + index * 8, length, true);
    }
    return guest.call("fd_write", 1, 4096, count, 16);
  };

  it("a write of eight million vectors is refused before one is looked at", () => {
    const guest = new Guest();
    expect([many(guest, 8_000_000, 0, 1), many(guest, 1025, 0, 1), many(guest, -1, 0, 1)]).toEqual([INVAL, INVAL, INVAL]);
    expect([guest.charged, guest.out.length]).toEqual([0, 0]);
    expect(many(guest, 1024, 0, 1)).toBe(0);
    expect(guest.view.getUint32(16, true)).toBe(1024);
  });

  it("nothing is written where one vector of many lies outside the memory", () => {
    const guest = new Guest();
    expect(many(guest, 3, guest.memory.byteLength - 1, 2)).toBe(FAULT);
    guest.view.setUint32(4096, 0, true);
    guest.view.setUint32(4100, 5, true);
    expect(guest.call("fd_write", 1, 4096, 2, 16)).toBe(FAULT);
    expect(guest.out).toEqual([]);
  });

  it("one call moves at most a mebibyte, and each byte costs", () => {
    const guest = new Guest();
    expect(many(guest, 4, 65_536, 512 * 1024)).toBe(0);
    expect(guest.view.getUint32(16, true)).toBe(MAX_CALL_BYTES);
    expect(guest.out.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(MAX_CALL_BYTES);
    expect(guest.charged).toBe(MAX_CALL_BYTES + 4 * 8);
    expect(guest.call("random_get", 0, MAX_CALL_BYTES + 1)).toBe(INVAL);
    const before = guest.charged;
    expect(guest.call("random_get", 0, MAX_CALL_BYTES)).toBe(0);
    expect(guest.charged - before).toBe(MAX_CALL_BYTES);
  });

  it("what is read costs what came, not what there was room for", () => {
    const guest = new Guest({
      context: { stdin: new TextEncoder().encode("hello") },
      roots: [{ name: "work", write: true }],
      ask: ({ op }) =>
        op === "open" ? reply(0, 1n, new Uint8Array(64).fill(4, 16, 17)) : reply(0, 0n, new TextEncoder().encode("four")),
    });
    expect(guest.read(0, MAX_CALL_BYTES).text).toBe("hello");
    expect(guest.charged).toBe(8 + 5);
    expect(guest.read(0, MAX_CALL_BYTES).text).toBe("");
    expect(guest.charged).toBe(8 + 5 + 8);
    const { fd } = guest.open(3, "file", { rights: R.read });
    const before = guest.charged;
    expect(guest.read(fd, MAX_CALL_BYTES).text).toBe("four");
    expect(guest.read(fd, MAX_CALL_BYTES, 2n).text).toBe("four");
    expect(guest.charged - before).toBe(2 * (8 + 4));
  });

  it("what fuel runs out in is not done", () => {
    const guest = new Guest({
      context: {
        charge: () => {
          throw new Error("out of fuel");
        },
      },
    });
    expect(() => guest.write(1, "x")).toThrow("out of fuel");
    expect(guest.out).toEqual([]);
  });
});
