import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { WriteStream } from "node:tty";
import { describe, expect, it } from "vitest";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { standardOutput } from "../../src/entry/output.ts";

const root = scratchFolder("output");
const posix = process.platform !== "win32";

/** A stream that keeps what it is given, as far as a test of ours goes. */
function streamOf(written: (Buffer | string)[]): NodeJS.WriteStream {
  const stream: NodeJS.WriteStream = Object.create(WriteStream.prototype);
  return Object.assign(stream, {
    isTTY: true,
    columns: 80,
    on: () => stream,
    write: (content: Buffer | string) => {
      written.push(content);
      return true;
    },
  });
}
const never = (): never => {
  throw new Error("no stream is made");
};
const pipe = (name: string): { file: string; both: number } => {
  const file = join(root, name);
  execFileSync("mkfifo", [file]);
  return { file, both: openSync(file, constants.O_RDWR | constants.O_NONBLOCK) };
};

describe("what goes to stdout and stderr", () => {
  it("goes into a file at once, without a stream", () => {
    const file = join(root, "file");
    const descriptor = openSync(file, "w");
    const output = standardOutput(descriptor, never, never);
    output.write("ü\n");
    output.write(new Uint8Array([0, 255]));
    expect(output).toMatchObject({ terminal: false, columns: undefined });
    closeSync(descriptor);
    expect([...readFileSync(file)]).toEqual([0xc3, 0xbc, 10, 0, 255]);
  });

  it("goes through the stream to anything else, a terminal among them", () => {
    const device = openSync(posix ? "/dev/null" : "NUL", "w");
    const written: (Buffer | string)[] = [];
    const output = standardOutput(device, () => streamOf(written), never);
    expect(output).toMatchObject({ terminal: true, columns: 80 });
    output.write("text");
    expect(written).toEqual(["text"]);
    closeSync(device);
  });

  it.runIf(posix)("loses nothing where a reader of a pipe is slow and does not want to be waited for", () => {
    const { both } = pipe("slow");
    const written: (Buffer | string)[] = [];
    const output = standardOutput(both, () => streamOf(written), never);
    const text = Array.from({ length: 40_000 }, (_, at) => `line ${at}\n`).join("");
    output.write(text);
    output.write("the end\n");
    const taken = Buffer.alloc(text.length);
    const size = readSync(both, taken, 0, taken.length, null);
    expect(size).toBeGreaterThan(0);
    expect(size).toBeLessThan(text.length);
    expect(Buffer.concat([taken.subarray(0, size), ...written.map((each) => Buffer.from(each))]).toString()).toBe(
      `${text}the end\n`,
    );
    closeSync(both);
  });

  it.runIf(posix)("is told to be lost once, where nobody reads any more", () => {
    const { file, both } = pipe("gone");
    const writer = openSync(file, constants.O_WRONLY | constants.O_NONBLOCK);
    closeSync(both);
    const lost: unknown[] = [];
    const output = standardOutput(writer, never, (error) => lost.push(error.code));
    expect(output.lost).toBe(false);
    output.write("one\n");
    output.write("two\n");
    expect([lost, output.lost]).toEqual([["EPIPE"], true]);
    closeSync(writer);
  });
});
