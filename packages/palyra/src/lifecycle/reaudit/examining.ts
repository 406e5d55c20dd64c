/**
 * Which skill a pass is about to parse, on the disk, so that one that ends the whole process is known to the next (spec 5.4, T19):
 *
 *     { "schema_version": 1, "examining": SKILL | null, "died": [SKILL, …] }       SKILL: { skill_id, version, artifact_sha256, deaths }
 *
 * `deaths`: how often in a row a process, or the thread that audits, ended in its turn. Written without waiting for the disk: it is for a
 * process that ends, not for a power loss. A file that is wrong in any way says nothing.
 */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { isSha256Hex, type JsonObject, type JsonReader, readJson, writeJson } from "palyra-skills/encoding";
import { readOwnSync } from "../../files/index.ts";
import type { InstalledEntry } from "../../installed/index.ts";
import { subjectOf } from "./watch.ts";

/** In a row: the skill is not parsed then, but stopped. Two may be chance, or another's doing: a kill, a machine without memory. */
export const MOST_DEATHS_IN_A_ROW = 3;
/** Skills that are remembered; of more the first are forgotten. */
const MAX_DIED = 100;
/** Far beyond what those take. */
const MAX_RECORD_BYTES = 1024 * 1024;

type Subject = Pick<InstalledEntry, "skill_id" | "version" | "artifact_sha256">;

interface Died extends Subject {
  readonly deaths: number;
}

export class Examining {
  readonly #file: string;
  readonly #died: Map<string, Died>;
  #isThere: boolean;

  private constructor(file: string, died: readonly Died[], isThere: boolean) {
    this.#file = file;
    this.#died = new Map(died.slice(-MAX_DIED).map((each) => [subjectOf(each), each]));
    this.#isThere = isThere;
  }

  /** At the beginning of a pass: whoever is in its turn yet ended the process that was at it. */
  static read(file: string): Examining {
    try {
      const read = readJson(readOwnSync(file, MAX_RECORD_BYTES), recordIn);
      if (read.ok) return new Examining(file, read.value, true);
    } catch {
      return new Examining(file, [], false);
    }
    return new Examining(file, [], true);
  }

  /** They come after all others. */
  get suspects(): ReadonlySet<string> {
    return new Set(this.#died.keys());
  }

  /** They are not parsed any more. */
  isCondemned(entry: Subject): boolean {
    return (this.#died.get(subjectOf(entry))?.deaths ?? 0) >= MOST_DEATHS_IN_A_ROW;
  }

  begin({ skill_id, version, artifact_sha256 }: Subject): void {
    const subject = { skill_id, version, artifact_sha256 };
    this.#write({ ...subject, deaths: this.#died.get(subjectOf(subject))?.deaths ?? 0 });
  }

  /** Its turn came to its end, or it was stopped. */
  done(entry: Subject): void {
    this.#died.delete(subjectOf(entry));
    this.#write(undefined);
  }

  /** All had their turn: whoever is remembered yet is not installed any more. */
  end(): void {
    this.#died.clear();
    if (this.#isThere) this.#write(undefined);
  }

  /** Without it a skill that ends the process is not known to the next; nothing else. */
  #write(examining: Died | undefined): void {
    try {
      if (examining === undefined && this.#died.size === 0) {
        rmSync(this.#file, { force: true });
        this.#isThere = false;
        return;
      }
      const died = [...this.#died.values()].map((each): JsonObject => ({ ...each }));
      const document = { schema_version: 1, examining: examining === undefined ? null : { ...examining }, died };
      writeNew(`${this.#file}.tmp`, writeJson(document));
      renameSync(`${this.#file}.tmp`, this.#file);
      this.#isThere = true;
    } catch {}
  }
}

/** Whatever lies there goes: a link would be written through (T25). */
function writeNew(file: string, text: string): void {
  const write = () => writeFileSync(file, text, { mode: 0o600, flag: "wx" });
  try {
    write();
  } catch {
    rmSync(file, { recursive: true, force: true });
    write();
  }
}

function recordIn(root: JsonReader): readonly Died[] {
  const fields = root.object();
  fields.required("schema_version").safeInteger({ min: 1, max: 1 });
  const at = fields.required("examining");
  const examining = at.isNull ? undefined : diedIn(at);
  const died = fields.required("died").array(diedIn);
  fields.finish();
  if (examining === undefined) return died;
  const others = died.filter((each) => subjectOf(each) !== subjectOf(examining));
  return [...others, { ...examining, deaths: examining.deaths + 1 }];
}

function diedIn(reader: JsonReader): Died {
  const fields = reader.object();
  const died = {
    skill_id: fields.required("skill_id").string(),
    version: fields.required("version").string(),
    artifact_sha256: fields.required("artifact_sha256").string((text) => (isSha256Hex(text) ? undefined : "not a SHA-256")),
    deaths: fields.required("deaths").safeInteger({ min: 0 }),
  };
  fields.finish();
  return died;
}
