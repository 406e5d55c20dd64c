import { write, writeSync } from "node:fs";

/** Characters of lines that wait for a stderr that nobody reads; what comes beyond is dropped, so that it stops no request. */
const MAX_WAITING = 1024 * 1024;

/** Characters of lines that are written together, and milliseconds that one waits for others: each by itself wakes a thread while a request is answered. */
const TOGETHER = 4096;
const TOGETHER_MS = 100;

/** Milliseconds that the last lines have. */
const LAST_MS = 1000;

/** One for a process: lines on its stderr, written while it goes on, and the last ones as it ends. */
export class StderrLines {
  #waiting = "";
  /** A thread writes: what comes meanwhile waits. */
  #isWriting = false;
  #soon: NodeJS.Timeout | undefined;
  /** Nobody has stderr any more: there is nowhere left to say it. */
  #gone = false;
  #whenWritten: (() => void) | undefined;

  constructor() {
    process.once("exit", () => this.#last());
  }

  write(line: string): void {
    if (this.#gone || this.#waiting.length + line.length > MAX_WAITING) return;
    this.#waiting += line;
    if (this.#waiting.length >= TOGETHER) this.#next();
    else this.#later();
  }

  /** Before the process ends: until all is written or cannot be, or for a second; what is not written then is dropped. */
  async flush(): Promise<void> {
    const written = new Promise<void>((resolve) => {
      this.#whenWritten = resolve;
    });
    const late = setTimeout(() => this.#end(), LAST_MS);
    this.#next();
    await written;
    clearTimeout(late);
  }

  #later(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#next();
    }, TOGETHER_MS).unref();
  }

  #next(): void {
    if (this.#isWriting) return;
    if (this.#waiting === "") {
      this.#whenWritten?.();
      return;
    }
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = "";
    this.#isWriting = true;
    this.#write(bytes);
  }

  #write(bytes: Buffer): void {
    write(2, bytes, (fault, count) => {
      // A terminal that is not to be waited for.
      if (fault?.code === "EAGAIN") setTimeout(() => this.#write(bytes), TOGETHER_MS).unref();
      else if (fault !== null) this.#end();
      else if (count < bytes.length) this.#write(bytes.subarray(count));
      else {
        this.#isWriting = false;
        this.#next();
      }
    });
  }

  #end(): void {
    this.#gone = true;
    this.#waiting = "";
    this.#isWriting = false;
    this.#whenWritten?.();
  }

  /** Once: what cannot be written as the process ends keeps it no longer. */
  #last(): void {
    try {
      writeSync(2, this.#waiting);
    } catch {}
  }
}
