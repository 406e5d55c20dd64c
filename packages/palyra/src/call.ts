/** One run of an operation: who asks, at what moment, and how to speak with the person, if there is one. */
export interface Call {
  /** Milliseconds since 1970, read once at the start (habit 5). */
  readonly now: number;
  /** Spec 11.1; defaults `user:local`, `01ARZ3NDEKTSV4RRFFQ69G5FAV`, null. */
  readonly principal: string;
  readonly deviceId: string;
  readonly channel: string | null;
  readonly signal: AbortSignal;
  /** Says what is going on; shown only on a terminal, and only when it lasts. */
  progress(label: string): void;
  /** A remark for the person, on stderr (never in the document). */
  warn(text: string): void;
  /** Lines for whoever reads the log, on stderr: ready for a terminal, as a question's context. Absent where only errors are wanted. */
  readonly tell?: (lines: readonly string[]) => void;
  /** Absent where nobody may be asked: no terminal, `--yes`, `--non-interactive`, `--json` (spec 5.2). */
  readonly ask?: (question: Question) => Promise<boolean>;
  /** Milliseconds since 1970 as it is by now; absent where `now` is all that is known. */
  readonly clock?: () => number;
  /** The person has answered ordinary questions beforehand: `--yes`. */
  readonly yes?: true;
  /** Asks for something that is not shown while it is typed; empty where nothing was. Absent as `ask` is. `label` is safe to print. */
  readonly askSecret?: (label: string) => Promise<Uint8Array>;
}

/** From here on, as a person has answered: what is written of an answer has its time. */
export const answered = (call: Call): Call =>
  call.clock === undefined ? call : { ...call, now: Math.max(call.now, call.clock()) };

export interface Question {
  /** Shown above the question, lines ready for a terminal; strings of strangers in it are already escaped (T20). */
  readonly context: readonly string[];
  readonly question: string;
}

/** Why nobody may be called that, behind the name itself; undefined: somebody may. What is no text of its own would be another's (T28). */
export function principalProblem(principal: string): string | undefined {
  if (!/^[\x21-\x7e]{1,256}$/.test(principal)) return "is no name: at most 256 ASCII characters, no blanks, as user:ada";
  // What the daemon does by itself is journaled so (spec 8).
  return /^system:/i.test(principal) ? "is the daemon's own: nobody else's begins with system:" : undefined;
}
