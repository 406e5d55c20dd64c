/** The auditor as the daemon's thread sees it: the work is done on another one, which is made anew where it died (spec 5.4). */
import type { Worker } from "node:worker_threads";
import { PalyraError } from "../errors.ts";
import { type FailedSkill, MAX_FAILED_TOLD, type PassSummary } from "../lifecycle/index.ts";
import type { AuditDocument } from "../operations/skills/audit.ts";
import type { Auditor } from "./auditor.ts";
import { type Ask, errorOf, type Tell } from "./auditor-messages.ts";
import { Suspects, type Told } from "./suspects.ts";

/** Milliseconds that what runs has to come to its end; a module that the engine still looks at does not hear of it. */
const CLOSE_GRACE_MS = 10_000;

/** Times that one pass is begun anew for a skill that ends the thread; then the next pass goes on with what is known by now. */
const MOST_DEATHS = 16;

/**
 * @param start makes the thread, at the first use and after each that died
 * @param cutOff is told where it was stopped in the turn of a skill that did not come to its end
 */
export function threadedAuditor(
  start: () => Worker,
  warn: (text: string) => void,
  { cutOff = () => {}, graceMs = CLOSE_GRACE_MS }: { readonly cutOff?: () => void; readonly graceMs?: number } = {},
): Auditor {
  let thread: AuditorThread | undefined;
  let passing: Promise<PassSummary> | undefined;
  let isClosed = false;
  const running = (): AuditorThread => {
    if (isClosed) throw unavailable("it is being stopped");
    if (thread === undefined || thread.hasEnded) thread = new AuditorThread(start(), warn);
    return thread;
  };
  const suspects = new Suspects();
  const passToItsEnd = async (): Promise<PassSummary> => {
    const earlier: FailedSkill[] = [];
    for (let deaths = 1; ; deaths += 1) {
      const current = running();
      try {
        const summary = await current.pass(suspects.told);
        suspects.clear();
        return withEarlier(summary, earlier);
      } catch (error) {
        const { subject, hasEnded } = current;
        if (!hasEnded || isClosed || subject === undefined) throw error;
        suspects.add(subject);
        earlier.push(...current.stopped);
        warn(`the thread that audits died while it looked at ${subject.split(" ")[0]}: the pass begins anew`);
        if (deaths === MOST_DEATHS) throw error;
      }
    }
  };
  return {
    pass: () => {
      passing ??= passToItsEnd().finally(() => {
        passing = undefined;
      });
      return passing;
    },
    audit: async (request, caller) => running().audit((id) => ({ do: "audit", id, request, caller })),
    close: async () => {
      isClosed = true;
      const how = await thread?.close(graceMs);
      if (how === "cut off" && thread?.subject !== undefined) cutOff();
    },
  };
}

/** What a pass has quarantined before it began anew is its own all the same, and nothing that was stopped before it. */
function withEarlier(summary: PassSummary, earlier: readonly FailedSkill[]): PassSummary {
  return {
    ...summary,
    checked: summary.checked + earlier.length,
    quarantined: summary.quarantined + earlier.length,
    already_stopped: Math.max(0, summary.already_stopped - earlier.length),
    failed: [...earlier, ...summary.failed].slice(0, MAX_FAILED_TOLD),
  };
}

interface Waiting {
  readonly pass?: (summary: PassSummary) => void;
  readonly audit?: (document: AuditDocument) => void;
  readonly reject: (error: Error) => void;
}

/** One thread, and who waits for it. */
class AuditorThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #lastId = 0;
  hasEnded = false;
  #isClosing = false;
  /** Which skill the pass is at, or was when the thread died. */
  subject: string | undefined;
  /** What its passes have quarantined; a thread that died had one, the last. */
  stopped: FailedSkill[] = [];

  constructor(worker: Worker, warn: (text: string) => void) {
    this.#worker = worker;
    let problem = "its thread ended";
    worker.on("message", (tell: Tell) => {
      if (tell.of === "warning") warn(tell.text);
      else if (tell.of === "turn") this.subject = tell.subject;
      else if (tell.of === "stopped") this.stopped.push(tell.failed);
      else this.#answer(tell);
    });
    worker.on("error", (error: Error) => {
      problem = `its thread died of ${"code" in error ? String(error.code) : `${error.name}: ${error.message}`}`;
    });
    this.#ended = new Promise((resolve) => {
      worker.on("exit", () => {
        this.hasEnded = true;
        // A pass that was asked for while it was told to end is not a failure of the pass.
        for (const { pass, reject } of this.#waiting.values())
          reject(this.#isClosing && pass !== undefined ? toldToEnd() : unavailable(problem));
        this.#waiting.clear();
        resolve();
      });
    });
  }

  pass(told: Told): Promise<PassSummary> {
    this.stopped = [];
    return new Promise((pass, reject) => this.#ask({ pass, reject }, (id) => ({ do: "pass", id, ...told })));
  }

  audit(ask: (id: number) => Ask): Promise<AuditDocument> {
    return new Promise((audit, reject) => this.#ask({ audit, reject }, ask));
  }

  /** What the thread does not end by itself is ended: nothing that it does is half done by that (spec 5.2, 5.3). */
  async close(graceMs: number): Promise<"ended" | "cut off"> {
    if (this.hasEnded) return "ended";
    this.#isClosing = true;
    this.#post({ do: "close" });
    let how: "ended" | "cut off" = "ended";
    const timer = setTimeout(() => {
      how = "cut off";
      void this.#worker.terminate();
    }, graceMs);
    await this.#ended;
    clearTimeout(timer);
    return how;
  }

  #ask(waiting: Waiting, ask: (id: number) => Ask): void {
    this.#lastId += 1;
    this.#waiting.set(this.#lastId, waiting);
    this.#post(ask(this.#lastId));
  }

  #post(ask: Ask): void {
    this.#worker.postMessage(ask);
  }

  #answer(tell: Exclude<Tell, { readonly of: "warning" | "turn" | "stopped" }>): void {
    const waiting = this.#waiting.get(tell.id);
    this.#waiting.delete(tell.id);
    if (tell.of === "failure") waiting?.reject(errorOf(tell.failure));
    else if (tell.of === "pass") waiting?.pass?.(tell.summary);
    else waiting?.audit?.(tell.document);
  }
}

function unavailable(problem: string): PalyraError<"AuditorUnavailable"> {
  return new PalyraError("AuditorUnavailable", { problem });
}

/** As whatever is ended from outside: a pass that ends so is not told as one that failed. */
function toldToEnd(): Error {
  return new DOMException("the re-audit was told to end", "AbortError");
}
