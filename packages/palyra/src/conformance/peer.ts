/** The implementation under test: a process that answers the protocol (spec 12). */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { JsonFault, type JsonObject, parseJson, toValue, writeJson } from "palyra-skills/encoding";
import { asIo } from "../files/index.ts";
import { asObject } from "./compare.ts";
import { readLines } from "./lines.ts";
import { MAX_ANSWER_BYTES } from "./protocol.ts";

/** Milliseconds for one answer. */
const ANSWER_TIMEOUT_MS = 120_000;
/** Milliseconds that the process has to end once it is asked nothing more. */
const END_TIMEOUT_MS = 5_000;

/** It did not answer: it ended, took too long, or wrote something else. */
export class NoAnswer extends Error {}

export class Peer {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncGenerator<{ readonly bytes: Uint8Array | undefined }>;
  readonly #started: Promise<unknown>;
  readonly #ended: Promise<string>;
  #id = 0;
  #broken: string | undefined;

  constructor(command: readonly [string, ...string[]]) {
    const [file, ...args] = command;
    this.#child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#started = once(this.#child, "spawn").catch((error) => Promise.reject(asIo("start", file, error)));
    // Who does not ask for it is told by the first question.
    this.#started.catch(() => {});
    this.#answers = readLines(this.#child.stdout, MAX_ANSWER_BYTES);
    this.#ended = once(this.#child, "exit").then(
      ([code, signal]) => `it ended (${code === null ? signal : `exit ${code}`})`,
      (error) => `it could not be started (${error instanceof Error && "code" in error ? error.code : "?"})`,
    );
    // Said once, by the next question: a process that is gone takes no more requests.
    this.#child.stdin.on("error", () => {});
  }

  /** Rejects with `Io` where there is no such program, or it cannot be run. */
  async started(): Promise<void> {
    await this.#started;
  }

  /** One question, one answer. Rejects with `NoAnswer`; after that it answers nothing more. */
  async ask(op: string, request: JsonObject): Promise<JsonObject> {
    if (this.#broken !== undefined) throw new NoAnswer(this.#broken);
    this.#id += 1;
    const id = this.#id;
    this.#child.stdin.write(`${writeJson({ id, op, ...request })}\n`);
    const timer = new AbortController();
    const late = sleep(ANSWER_TIMEOUT_MS, "it took too long", { signal: timer.signal }).catch(() => "");
    try {
      const next = await Promise.race([this.#answers.next(), late]);
      return typeof next === "string" ? this.#fail(next) : await this.#read(next, id);
    } finally {
      timer.abort();
    }
  }

  async #read(next: IteratorResult<{ readonly bytes: Uint8Array | undefined }>, id: number): Promise<JsonObject> {
    if (next.done === true) return this.#fail(await this.#ended);
    if (next.value.bytes === undefined) return this.#fail("its line is too long");
    const answer = parsed(next.value.bytes);
    if (answer === undefined) return this.#fail("its line is not a JSON object");
    return answer["id"] === id ? answer : this.#fail("its answer has not the id of the request");
  }

  #fail(problem: string): never {
    this.#broken = problem;
    throw new NoAnswer(problem);
  }

  /** Lets it end, and ends it where it does not. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    const timer = new AbortController();
    await Promise.race([this.#ended, sleep(END_TIMEOUT_MS, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGKILL");
  }
}

function parsed(line: Uint8Array): JsonObject | undefined {
  try {
    return asObject(toValue(parseJson(line)));
  } catch (fault) {
    if (fault instanceof JsonFault) return undefined;
    throw fault;
  }
}
