import { fileMark } from "../files/index.ts";
import { skillsFolder } from "./layout.ts";

/**
 * Whether somebody was at what is installed, for whoever reads the index and then the journal: the index is written first (spec 5.2), so that
 * between the two it says what is not so yet, and one that was read before that what is so no more.
 */
export class IndexLook {
  readonly #skillsRoot: string;
  readonly #before: Marks;

  /** Before the index is read. */
  constructor(skillsRoot: string) {
    this.#skillsRoot = skillsRoot;
    this.#before = marksOf(skillsRoot);
  }

  /** Once both were read: nobody was at it from the first look to this one. */
  isSteady(): boolean {
    const [before, now] = [this.#before, marksOf(this.#skillsRoot)];
    return before.pending === undefined && before.index === now.index && before.pending === now.pending;
  }
}

interface Marks {
  readonly index: string | undefined;
  /** The record of a command that is at it. */
  readonly pending: string | undefined;
}

function marksOf(skillsRoot: string): Marks {
  const { index, pending } = skillsFolder(skillsRoot);
  return { index: fileMark(index), pending: fileMark(pending) };
}
