/**
 * stdout and stderr. Into files, and but for Windows into pipes, Node's own streams write at once and wait; the same is done here without
 * them, since making them costs a short command a twelfth of its time. A terminal, and whatever cannot take it all at once, has the stream.
 */
import { fstatSync, writeSync } from "node:fs";
import type { Output } from "../cli/host.ts";

export type StandardOutput = Output & {
  /** Node's own stream, for who must wait for it. */
  stream(): NodeJS.WriteStream;
};

/** `lost` is told once when nothing more can be written. */
export function standardOutput(
  descriptor: number,
  open: () => NodeJS.WriteStream,
  lost: (error: NodeJS.ErrnoException) => void,
): StandardOutput {
  let opened: NodeJS.WriteStream | undefined;
  let ended = false;
  const end = (error: NodeJS.ErrnoException): void => {
    ended = true;
    lost(error);
  };
  const stream = (): NodeJS.WriteStream => {
    opened ??= open().on("error", end);
    return opened;
  };
  let known: boolean | undefined;
  const direct = (): boolean => {
    known ??= takesAllAtOnce(descriptor);
    return known;
  };
  return {
    write: (content) => {
      if (ended) return;
      if (opened !== undefined || !direct()) {
        stream().write(content);
        return;
      }
      const rest = writeAll(descriptor, typeof content === "string" ? Buffer.from(content) : content);
      if (rest instanceof Uint8Array) stream().write(rest);
      else if (rest !== undefined) end(rest);
    },
    get lost() {
      return ended;
    },
    get terminal() {
      return !direct() && stream().isTTY === true;
    },
    get columns() {
      return direct() ? undefined : stream().columns;
    },
    stream,
  };
}

function takesAllAtOnce(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isFile() || (process.platform !== "win32" && (stat.isFIFO() || stat.isSocket()));
  } catch {
    return false;
  }
}

/** What is left where whoever reads is not ready and does not want to be waited for; the error where nobody reads. */
function writeAll(descriptor: number, bytes: Uint8Array): Uint8Array | NodeJS.ErrnoException | undefined {
  for (let at = 0; at < bytes.byteLength; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if ("code" in error && error.code === "EAGAIN") return bytes.subarray(at);
      return error;
    }
  }
  return undefined;
}
