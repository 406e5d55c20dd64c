/**
 * A line that is not shown while it is typed. Read as bytes that are ours and are cleared, so that a secret is no string that stays in
 * memory until somebody collects it, and no line editor that keeps a history.
 */
import type { Host } from "./host.ts";
import type { Paint } from "./text/paint.ts";

/** Bytes that are kept; whoever wants fewer sees that there are more. */
const MAX_LINE_BYTES = 65_537;

const KEY = {
  interrupt: 0x03,
  endOfInput: 0x04,
  backspace: 0x08,
  lineFeed: 0x0a,
  enter: 0x0d,
  clear: 0x15,
  escape: 0x1b,
  delete: 0x7f,
};

/**
 * Asks for what is not to be seen: nothing that is typed is shown, not even how much. Empty where nothing was typed, or input ended;
 * undefined where the person pressed Ctrl-C.
 */
export async function askHidden(
  { input, output }: NonNullable<Host["prompt"]>,
  label: string,
  paint: Paint,
): Promise<Uint8Array | undefined> {
  output.write(`${paint.strong(label)} ${paint.faint("(not shown)")}: `);
  input.setRawMode?.(true);
  try {
    return await readLine(input);
  } finally {
    input.setRawMode?.(false);
    output.write("\n");
  }
}

function readLine(input: NonNullable<Host["prompt"]>["input"]): Promise<Uint8Array | undefined> {
  const line = new HiddenLine();
  return new Promise((resolve) => {
    const end = (typed: Uint8Array | undefined): void => {
      input.off("data", onData);
      input.off("end", onEnd);
      input.pause();
      line.clear();
      resolve(typed);
    };
    const onData = (chunk: Uint8Array): void => {
      for (const [at, byte] of chunk.entries()) {
        const done = line.take(byte);
        if (done === undefined) continue;
        // A copy: a slice of a Buffer is none.
        const rest = new Uint8Array(chunk.subarray(at + 1));
        chunk.fill(0);
        end(done === "interrupt" ? undefined : line.typed());
        // What was typed ahead is for whoever asks next.
        if (rest.byteLength > 0) input.unshift(rest);
        return;
      }
      chunk.fill(0);
    };
    const onEnd = (): void => end(line.typed());
    input.on("data", onData);
    input.once("end", onEnd);
    if (input.readableEnded) onEnd();
    input.resume();
  });
}

/** What has been typed of a line so far, as a terminal in raw mode gives it. */
export class HiddenLine {
  readonly #bytes = new Uint8Array(MAX_LINE_BYTES);
  #length = 0;
  /** Inside of a key's escape sequence: nobody types one into a secret. */
  #escape: "no" | "begun" | "within" = "no";

  /** Undefined: the line goes on. */
  take(byte: number): "line" | "interrupt" | undefined {
    if (this.#escape !== "no") return this.#skip(byte);
    switch (byte) {
      case KEY.interrupt:
        return "interrupt";
      case KEY.enter:
      case KEY.lineFeed:
      case KEY.endOfInput:
        return "line";
      case KEY.backspace:
      case KEY.delete:
        this.#removeLast();
        return undefined;
      case KEY.clear:
        this.clear();
        return undefined;
      case KEY.escape:
        this.#escape = "begun";
        return undefined;
    }
    if (byte >= 0x20 && this.#length < MAX_LINE_BYTES) this.#bytes[this.#length++] = byte;
    return undefined;
  }

  typed(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  clear(): void {
    this.#bytes.fill(0);
    this.#length = 0;
  }

  /** `ESC [ … letter` and `ESC O letter` are keys, `ESC x` is Alt with a letter. */
  #skip(byte: number): undefined {
    const opens = this.#escape === "begun" && (byte === 0x5b || byte === 0x4f);
    const ends = this.#escape === "begun" || (byte >= 0x40 && byte <= 0x7e);
    this.#escape = opens ? "within" : ends ? "no" : "within";
  }

  /** A character of UTF-8 whole. */
  #removeLast(): void {
    do {
      if (this.#length === 0) return;
      this.#length -= 1;
    } while (((this.#bytes[this.#length] ?? 0) & 0xc0) === 0x80);
    this.#bytes.fill(0, this.#length);
  }
}
