import { fileMark } from "../files/index.ts";
import type { InstalledIndex } from "./installed-index.ts";
import { skillsFolder } from "./layout.ts";
import { readIndex } from "./read.ts";

/**
 * The index for a process that is asked for it again and again: parsed anew when the file is another one. Writers replace it as a whole
 * (spec 5.2), and who writes in place changes its times; each read looks.
 */
export class KeptIndex {
  readonly #skillsRoot: string;
  #known: { readonly mark: string; readonly index: InstalledIndex } | undefined;

  constructor(skillsRoot: string) {
    this.#skillsRoot = skillsRoot;
  }

  /** As `readIndex`: `IndexInvalid`, `Io`. */
  async read(): Promise<InstalledIndex> {
    // Before the content: what changes meanwhile makes the next read look again.
    const mark = fileMark(skillsFolder(this.#skillsRoot).index);
    if (mark !== undefined && this.#known?.mark === mark) return this.#known.index;
    this.#known = undefined;
    const index = await readIndex(this.#skillsRoot);
    if (mark !== undefined) this.#known = { mark, index };
    return index;
  }
}
