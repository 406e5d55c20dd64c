import { asIo, fileMark, readRegularSync } from "../../files/index.ts";
import { EMPTY_INDEX, type InstalledIndex, MAX_INDEX_BYTES, parseIndex, skillsFolder } from "../../installed/index.ts";

/**
 * The index as it is at this moment, for use inside a transaction, which cannot wait. Writers replace the file as a whole (spec 5.2), so one
 * that looks as it did is not read again: a thousand quarantines in a row read it once.
 */
export class CurrentIndex {
  readonly #file: string;
  #known: { readonly mark: string; readonly index: InstalledIndex } | undefined;

  constructor(skillsRoot: string) {
    this.#file = skillsFolder(skillsRoot).index;
  }

  /** `IndexInvalid`, `Io`. */
  read(): InstalledIndex {
    try {
      const mark = fileMark(this.#file);
      if (mark === undefined) return EMPTY_INDEX;
      if (this.#known?.mark !== mark) {
        const index = parseIndex(readRegularSync(this.#file, MAX_INDEX_BYTES), this.#file);
        this.#known = { mark, index };
      }
      return this.#known.index;
    } catch (error) {
      throw asIo("read", this.#file, error);
    }
  }
}
