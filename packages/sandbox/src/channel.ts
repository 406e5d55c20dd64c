/**
 * The two pipes of the process, read and written synchronously (spec 10.3): while a module waits for its host nothing else runs here. The end of
 * the host's pipe is the end of the process, whatever it was about to do.
 */
import { readSync, writeSync } from "node:fs";
import { decodeFromHost, encodeFromProcess, type FromHost, type FromProcess, HEADER_BYTES, readHeader } from "./protocol.ts";
import { WireFault } from "./wire.ts";

const INPUT = 0;
const OUTPUT = 1;
/** Milliseconds between two looks at a pipe that is full or empty and does not wait by itself. */
const RETRY_MS = 1;

export function receive(): FromHost {
  const { is, length } = readHeader("host", exactly(HEADER_BYTES));
  return decodeFromHost(is, exactly(length));
}

/** The one message that may come now. */
export function receiveOnly<K extends FromHost["is"]>(kind: K): Extract<FromHost, { is: K }> {
  const message = receive();
  if (!isOf(message, kind)) throw new WireFault("a message out of order");
  return message;
}

const isOf = <K extends FromHost["is"]>(message: FromHost, kind: K): message is Extract<FromHost, { is: K }> =>
  message.is === kind;

export function send(message: FromProcess): void {
  const frame = encodeFromProcess(message);
  for (let at = 0; at < frame.length; ) at += patiently(() => writeSync(OUTPUT, frame, at, frame.length - at));
}

/** What was read and is not taken yet: most messages come whole by one read, of as much as a pipe holds. */
const buffer = new Uint8Array(64 * 1024);
let rest = buffer.subarray(0, 0);

function exactly(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    if (rest.length === 0) rest = buffer.subarray(0, read());
    const taken = rest.subarray(0, length - at);
    bytes.set(taken, at);
    at += taken.length;
    rest = rest.subarray(taken.length);
  }
  return bytes;
}

function read(): number {
  const length = patiently(() => readSync(INPUT, buffer, 0, buffer.length, null));
  if (length === 0) process.exit(0);
  return length;
}

function patiently(transfer: () => number): number {
  for (;;) {
    try {
      return transfer();
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EINTR") continue;
      // The host is gone; on Windows the end of a pipe is an error, too.
      if (code !== "EAGAIN") process.exit(0);
      Atomics.wait(sleeping, 0, 0, RETRY_MS);
    }
  }
}
const sleeping = new Int32Array(new SharedArrayBuffer(4));
