/** Whether the tools that may run are others than before, whoever changed that: this process, another, or a daemon (spec 10.6). */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

export interface WatchPorts {
  /** Another text once any of the files on which the list rests was written. Cheap: it is asked for all the time. */
  readonly mark: () => string;
  /** What the list comes to, as one text. */
  readonly summary: () => Promise<string>;
}

/** Milliseconds between two looks. A call asks for itself, at its own moment: this is for lists alone. */
export const LOOK_MS = 200;

/** Looks after the last change at which the list is made once more: what verdicts rest on is believed to be the same for a second (`GROUND_MS`). */
const LOOKS_UNTIL_SETTLED = 7;

/** What a list comes to: words and schemas change only with the artifact. */
export function summaryOf(tools: readonly { readonly toolId: string; readonly artifactSha256: string }[]): string {
  const hash = createHash("sha256");
  for (const { toolId, artifactSha256 } of tools) hash.update(`${toolId} ${artifactSha256}\n`);
  return hash.digest("hex");
}

/** Looks only while somebody listens, and keeps no process alive. */
export class ToolWatch {
  readonly #ports: WatchPorts;
  readonly #listeners = new Set<() => void>();
  #stop: AbortController | undefined;

  constructor(ports: WatchPorts) {
    this.#ports = ports;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.#stop === undefined) {
      this.#stop = new AbortController();
      void this.#look(this.#stop.signal);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.abort();
      this.#stop = undefined;
    };
  }

  async #look(signal: AbortSignal): Promise<void> {
    // Before the first list is read: what changes while it is read is seen by the next look.
    let mark = this.#ports.mark();
    let summary = await this.#summary();
    let unsettled = 0;
    while (!signal.aborted) {
      await sleep(LOOK_MS, undefined, { signal, ref: false }).catch(() => {});
      const now = this.#ports.mark();
      if (signal.aborted) continue;
      const left = now === mark ? unsettled - 1 : LOOKS_UNTIL_SETTLED;
      unsettled = Math.max(left, 0);
      if (now === mark && left !== 0) continue;
      mark = now;
      const next = await this.#summary();
      if (next === summary) continue;
      summary = next;
      for (const listener of this.#listeners) listener();
    }
  }

  /** A list that cannot be read is another than one that can: whoever asks for it is told why. */
  #summary(): Promise<string> {
    return this.#ports.summary().catch((error: unknown) => `unreadable: ${String(error)}`);
  }
}
