import { SkillError } from "../errors.ts";
import { foldName } from "./path.ts";

/** One name of a folder: how it was spelled first, and what it stands for. */
interface Name {
  readonly spelling: string;
  readonly isFile: boolean;
  /** A folder with an entry of its own. */
  listed: boolean;
  readonly below: Map<string, Name>;
}

/**
 * The names of an archive, as a file system that folds them would see them: a path twice, a file with the name of a
 * folder, and two spellings of one folded name are refused (spec 1.3, 1.6, T13).
 */
export class Names {
  readonly #root = new Map<string, Name>();

  /**
   * @param path without the final slash of a folder
   * @throws SkillError `DuplicateArtifactEntry`, `InvalidArtifactPath`
   */
  add(path: string, isFile: boolean): void {
    const segments = path.split("/");
    const last = segments.length - 1;
    let folder = this.#root;
    for (const [index, spelling] of segments.entries()) {
      const name = this.#name(folder, path, spelling, index === last && isFile);
      if (index === last) {
        if (name.listed) throw new SkillError("DuplicateArtifactEntry", { path });
        name.listed = true;
      }
      folder = name.below;
    }
  }

  #name(folder: Map<string, Name>, path: string, spelling: string, isFile: boolean): Name {
    const folded = foldName(spelling);
    const found = folder.get(folded);
    if (found === undefined) {
      const name = { spelling, isFile, listed: false, below: new Map<string, Name>() };
      folder.set(folded, name);
      return name;
    }
    if (found.spelling !== spelling) {
      const problem = `${JSON.stringify(found.spelling)} is the same name where case or form of letters do not count`;
      throw new SkillError("InvalidArtifactPath", { path, problem });
    }
    if (found.isFile !== isFile) {
      throw new SkillError("InvalidArtifactPath", { path, problem: `${JSON.stringify(spelling)} is both a file and a folder` });
    }
    return found;
  }
}
