import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_LOG_BYTES, MAX_OUTPUT_BYTES } from "../src/limits.ts";
import {
  decodeFromHost,
  decodeFromProcess,
  encodeFromHost,
  encodeFromProcess,
  type FromHost,
  type FromProcess,
  HEADER_BYTES,
  OUTCOME_KINDS,
  readHeader,
} from "../src/protocol.ts";
import { WireFault } from "../src/wire.ts";

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const text = fc.string({ unit: "grapheme", maxLength: 40 });
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const texts = fc.array(text, { maxLength: 4 });

const fromHost: fc.Arbitrary<FromHost> = fc.oneof(
  fc.record({
    is: fc.constant("prepare" as const),
    call: fc.record({
      skillId: text,
      toolId: text,
      moduleSha256: text,
      module: optional(bytes(64)),
      kind: fc.constantFrom("wasi", "palyra"),
      entrypoint: text,
      input: bytes(64),
      inputSchema: optional(text),
      outputSchema: optional(text),
      fuel: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      memoryBytes: fc.maxSafeNat(),
      fuelMode: fc.constantFrom("flat", "per_byte"),
      grants: fc.record({ http_hosts: texts, secret_keys: texts, storage_prefixes: texts, channels: texts }),
      roots: fc.array(fc.record({ name: text, write: fc.boolean() }), { maxLength: 4 }),
      frozenUnixMs: optional(fc.maxSafeNat()),
      seed: optional(bytes(32)),
    }),
  }),
  fc.constant({ is: "run" as const }),
  fc.constant({ is: "drop" as const }),
  fc.record({ is: fc.constant("reply" as const), body: bytes(64) }),
);
const fromProcess: fc.Arbitrary<FromProcess> = fc.oneof(
  fc.record({ is: fc.constant("ready" as const), version: fc.nat() }),
  fc.constant({ is: "prepared" as const }),
  fc.record({ is: fc.constant("log" as const), bytes: bytes(64) }),
  fc.record({ is: fc.constant("ask" as const), body: bytes(64) }),
  fc.record({
    is: fc.constant("outcome" as const),
    ended: fc.record({
      kind: fc.constantFrom(...OUTCOME_KINDS),
      details: text,
      stdout: bytes(64),
      exitCode: optional(fc.nat(2 ** 32 - 1)),
      fuel: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      memoryBytes: fc.maxSafeNat(),
    }),
  }),
);

/** The message that a frame holds, read as the other side reads it. */
function received(from: "host" | "process", frame: Uint8Array): FromHost | FromProcess {
  const body = frame.subarray(HEADER_BYTES);
  if (from === "host") {
    const { is, length } = readHeader("host", frame.subarray(0, HEADER_BYTES));
    expect(length).toBe(body.length);
    return decodeFromHost(is, body);
  }
  const { is, length } = readHeader("process", frame.subarray(0, HEADER_BYTES));
  expect(length).toBe(body.length);
  return decodeFromProcess(is, body);
}

describe("what the host and a call's process say to each other", () => {
  it("arrives as it was sent", () => {
    fc.assert(fc.property(fromHost, (message) => void expect(received("host", encodeFromHost(message))).toEqual(message)));
    fc.assert(
      fc.property(fromProcess, (message) => void expect(received("process", encodeFromProcess(message))).toEqual(message)),
    );
  });

  it("has one spelling: what is read and sent again is the same bytes", () => {
    fc.assert(
      fc.property(fromProcess, fc.nat(), fc.nat(255), (message, at, byte) => {
        const frame = encodeFromProcess(message);
        const place = HEADER_BYTES + (at % Math.max(1, frame.length - HEADER_BYTES));
        if (place < frame.length) frame[place] = byte;
        try {
          expect(encodeFromProcess(decodeFromProcess(message.is, frame.subarray(HEADER_BYTES)))).toEqual(frame);
        } catch (error) {
          expect(error).toBeInstanceOf(WireFault);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("T39: a process that an attacker has taken over says what it likes, and the host reads it within bounds", () => {
  it("anything is a message or a fault, and never anything else", () => {
    fc.assert(
      fc.property(fc.constantFrom("ready", "prepared", "log", "ask", "outcome"), bytes(200), (is, body) => {
        try {
          decodeFromProcess(is, body);
        } catch (error) {
          expect(error).toBeInstanceOf(WireFault);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("a kind that it does not say, the host's own among them, is a fault before its body is read", () => {
    for (let tag = 0; tag < 256; tag += 1) {
      const known = tag >= 65 && tag <= 69;
      const read = () => readHeader("process", new Uint8Array([0, 0, 0, 0, tag]));
      if (known) expect(read().length).toBe(0);
      else expect(read).toThrow(WireFault);
    }
  });

  it("a length beyond that of its kind is a fault before anything of it is kept", () => {
    const header = (length: number, tag: number): Uint8Array => {
      const frame = new Uint8Array(HEADER_BYTES);
      new DataView(frame.buffer).setUint32(0, length, true);
      frame[4] = tag;
      return frame;
    };
    expect(() => readHeader("process", header(0xffff_ffff, 69))).toThrow(WireFault);
    expect(() => readHeader("process", header(MAX_LOG_BYTES + 5, 67))).toThrow(WireFault);
    expect(readHeader("process", header(MAX_LOG_BYTES + 4, 67)).length).toBe(MAX_LOG_BYTES + 4);
  });

  it("lists and texts that claim more than there is are faults, and so is what is left over", () => {
    const ended = encodeFromProcess({
      is: "outcome",
      ended: {
        kind: "Ok",
        details: "{}",
        stdout: new Uint8Array(MAX_OUTPUT_BYTES),
        exitCode: 0,
        fuel: 1n,
        memoryBytes: 1,
      },
    });
    expect(decodeFromProcess("outcome", ended.subarray(HEADER_BYTES)).is).toBe("outcome");
    expect(() => decodeFromProcess("outcome", ended.subarray(HEADER_BYTES, -1))).toThrow(WireFault);
    expect(() => decodeFromProcess("prepared", new Uint8Array(1))).toThrow(WireFault);
    expect(() => decodeFromProcess("outcome", new Uint8Array([99]))).toThrow(WireFault);
    expect(() => decodeFromHost("prepare", new Uint8Array([255, 255, 255, 255]))).toThrow(WireFault);
  });
});
