/** A pass as whoever runs it on another thread sees it: a skill may end that thread, by its memory or by the engine (T19). */
import type { InstalledEntry } from "../../installed/index.ts";
import type { FailedSkill } from "./summary.ts";

export interface Watch {
  /** Told of each skill before it is parsed; of what is unchanged it is not. Undefined: that one is done. */
  readonly turn: (subject: string | undefined) => void;
  /** Told of each skill that was quarantined: where the thread dies, nobody else knows of it. */
  readonly stopped: (failed: FailedSkill) => void;
  /** The thread died in their turn: they are taken after all others. */
  readonly suspects: ReadonlySet<string>;
  /** It died in their turn again: they are not parsed but stopped, since nothing can be shown for them. */
  readonly condemned: ReadonlySet<string>;
}

/** For a pass that nobody can outlive. */
export const UNWATCHED: Watch = { turn: () => {}, stopped: () => {}, suspects: new Set(), condemned: new Set() };

/** One version with these bytes: what is installed in its place is another. */
export function subjectOf({
  skill_id,
  version,
  artifact_sha256,
}: Pick<InstalledEntry, "skill_id" | "version" | "artifact_sha256">): string {
  return `${skill_id}@${version} ${artifact_sha256}`;
}
