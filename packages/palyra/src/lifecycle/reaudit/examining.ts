/**
 * Which skill a pass is about to parse, on the disk, so that one that ends the whole process is known to the next (spec 5.4, T19):
 *
 *     { "schema_version": 2, "examining": SKILL | null, "died": [SKILL, …], "mac": HEX }       SKILL: { skill_id, version, artifact_sha256, deaths }
 *
 * `deaths`: how often in a row a process, or the thread that audits, ended in its turn. `mac`: HMAC-SHA-256 of the rest under the secret
 * `global/skills.examining.<place of the file>`, which a pass makes anew before it parses its first skill and takes back at its end: or
 * whoever can write the folder stops any skill that he names, by a file of his own or an old one of ours. Written without waiting for the
 * disk: it is for a process that ends, not for a power loss. A file that is wrong in any way says nothing.
 */
import type { KeyObject } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { decodeUtf8, fromHex, isSha256Hex, type JsonObject, type JsonReader, readJson, writeJson } from "palyra-skills/encoding";
import { PalyraError } from "../../errors.ts";
import { placeDigest, readOwnSync } from "../../files/index.ts";
import { type InstalledEntry, skillsFolder } from "../../installed/index.ts";
import type { Home } from "../home.ts";
import { subjectOf } from "./watch.ts";

const crypto = () => process.getBuiltinModule("node:crypto");

/** In a row: the skill is not parsed then, but stopped. Two may be chance, or another's doing: a kill, a machine without memory. */
const MOST_DEATHS_IN_A_ROW = 3;
/** Skills that are remembered; of more the first are forgotten. */
const MAX_DIED = 100;
/** Far beyond what those take. */
const MAX_RECORD_BYTES = 1024 * 1024;

type Subject = Pick<InstalledEntry, "skill_id" | "version" | "artifact_sha256">;

interface Died extends Subject {
  readonly deaths: number;
}

/** No record is expected. */
const NONE = "none";

export class Examining {
  readonly #home: Home;
  readonly #file: string;
  readonly #died = new Map<string, Died>();
  #isThere = false;
  /** Of the file that is there; that of this pass once `#isBegun`. */
  #key: KeyObject | undefined;
  #isBegun = false;

  private constructor(home: Home) {
    this.#home = home;
    this.#file = skillsFolder(home.places.skillsRoot).examining;
  }

  /** At the beginning of a pass: whoever is in its turn yet ended the process that was at it. `VaultUnavailable`. */
  static async read(home: Home): Promise<Examining> {
    const examining = new Examining(home);
    const bytes = examining.#bytes();
    if (bytes === undefined) return examining;
    examining.#isThere = true;
    const key = keyIn(await home.records.get(await examining.#name()));
    const read = key === undefined ? undefined : readJson(bytes, (root) => recordIn(root, key));
    if (read?.ok !== true) return examining;
    examining.#key = key;
    for (const each of read.value.slice(-MAX_DIED)) examining.#died.set(subjectOf(each), each);
    return examining;
  }

  /** They come after all others. */
  get suspects(): ReadonlySet<string> {
    return new Set(this.#died.keys());
  }

  /** They are not parsed any more. */
  isCondemned(entry: Subject): boolean {
    return (this.#died.get(subjectOf(entry))?.deaths ?? 0) >= MOST_DEATHS_IN_A_ROW;
  }

  /** `VaultUnavailable`. */
  async begin({ skill_id, version, artifact_sha256 }: Subject): Promise<void> {
    if (!this.#isBegun) {
      const key = crypto().randomBytes(32).toString("hex");
      await this.#home.records.put(await this.#name(), key);
      this.#key = crypto().createSecretKey(key, "hex");
      this.#isBegun = true;
    }
    const subject = { skill_id, version, artifact_sha256 };
    this.#write({ ...subject, deaths: this.#died.get(subjectOf(subject))?.deaths ?? 0 });
  }

  /** Its turn came to its end, or it was stopped. */
  done(entry: Subject): void {
    this.#died.delete(subjectOf(entry));
    this.#write(undefined);
  }

  /** All had their turn: whoever is remembered yet is not installed any more. What was written may not be laid there again. */
  async end(): Promise<void> {
    this.#died.clear();
    if (this.#isThere) this.#write(undefined);
    if (this.#key === undefined) return;
    try {
      await this.#home.records.put(await this.#name(), NONE);
    } catch (error) {
      // The next pass that parses takes it back.
      if (!(error instanceof PalyraError)) throw error;
    }
  }

  /** Undefined: there is none. */
  #bytes(): Uint8Array | undefined {
    try {
      return readOwnSync(this.#file, MAX_RECORD_BYTES);
    } catch {
      return undefined;
    }
  }

  async #name(): Promise<string> {
    return `skills.examining.${await placeDigest(this.#file)}`;
  }

  /** Without it a skill that ends the process is not known to the next; nothing else. */
  #write(examining: Died | undefined): void {
    try {
      if (this.#key === undefined || (examining === undefined && this.#died.size === 0)) {
        rmSync(this.#file, { force: true });
        this.#isThere = false;
        return;
      }
      const died = [...this.#died.values()].map((each): JsonObject => ({ ...each }));
      const record = { schema_version: 2, examining: examining === undefined ? null : { ...examining }, died };
      writeNew(`${this.#file}.tmp`, writeJson({ ...record, mac: macOf(record, this.#key) }));
      renameSync(`${this.#file}.tmp`, this.#file);
      this.#isThere = true;
    } catch {}
  }
}

const macOf = (record: JsonObject, key: KeyObject): string =>
  crypto()
    .createHmac("sha256", key)
    .update(`palyra.skill.examining.v2\n${writeJson(record)}`)
    .digest("hex");

/** After an orderly stop that could not wait for the turn of a skill: it did nothing wrong but being slow. */
export function pardon(skillsRoot: string): void {
  try {
    rmSync(skillsFolder(skillsRoot).examining, { force: true });
  } catch {}
}

function keyIn(bytes: Uint8Array | undefined): KeyObject | undefined {
  const text = bytes === undefined ? "" : (decodeUtf8(bytes) ?? "");
  return isSha256Hex(text) ? crypto().createSecretKey(text, "hex") : undefined;
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

function recordIn(root: JsonReader, key: KeyObject): readonly Died[] {
  const fields = root.object();
  fields.required("schema_version").safeInteger({ min: 2, max: 2 });
  const at = fields.required("examining");
  const examining = at.isNull ? undefined : diedIn(at);
  const died = fields.required("died").array(diedIn);
  const mac = fields.required("mac");
  const said = {
    examining: examining === undefined ? null : { ...examining },
    died: died.map((each): JsonObject => ({ ...each })),
  };
  if (!isSame(mac.string(), macOf({ schema_version: 2, ...said }, key))) mac.fault("not ours");
  fields.finish();
  if (examining === undefined) return died;
  const others = died.filter((each) => subjectOf(each) !== subjectOf(examining));
  return [...others, { ...examining, deaths: examining.deaths + 1 }];
}

function isSame(mac: string, expected: string): boolean {
  const bytes = isSha256Hex(mac) ? fromHex(mac) : undefined;
  return bytes !== undefined && crypto().timingSafeEqual(bytes, Buffer.from(expected, "hex"));
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
