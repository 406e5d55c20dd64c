import type { KeyObject } from "node:crypto";
import type { Fault } from "palyra-skills";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { faultPoint, type Hashing } from "../../files/index.ts";
import { findEntry, type InstalledEntry, type SkillsFolder, skillsFolder, Verdicts } from "../../installed/index.ts";
import type { EffectiveStatus, Journal } from "../../journal/index.ts";
import { keepHead } from "../head.ts";
import type { Home } from "../home.ts";
import { projectIfFree, UNCHAINED } from "../status.ts";
import { verdictOf } from "./basis.ts";
import type { CurrentIndex } from "./current-index.ts";
import { attempt, type Examination, examineVersion } from "./examine.ts";
import { artifactFinding } from "./files.ts";
import { isOutdated, type Measure, type ReauditRequest, readMeasure } from "./measure.ts";
import type { Finding } from "./reasons.ts";
import { stopSkill } from "./stop.ts";
import { Tally } from "./summary.ts";
import { readVerdictKey } from "./verdict-key.ts";
import { hashExtracted, lookAtVersion } from "./version-folder.ts";

/** Bytes that are read at a time. */
const BUFFER_BYTES = 1024 * 1024;
/** How often a skill is looked at that becomes another while it is. */
const MOST_LOOKS = 3;
/** Skills after which the trust files are looked at again: what is revoked meanwhile counts for the rest of a pass. */
const MEASURED_EVERY = 50;
/** Skills judged anew after which their verdicts are kept, so that a pass that is killed was not in vain. */
const KEPT_AT_A_TIME = 500;
const MAX_INDEX_FAULTS = 20;

/** Reads what all turns need. What `readMeasure` and the vault throw; `JournalUnavailable`. */
export async function beginTurns(home: Home, request: ReauditRequest, index: CurrentIndex, call: Call): Promise<Turns> {
  const measure = await readMeasure(home, request, call, request.clock());
  const key = await readVerdictKey(home);
  const verdicts = await Verdicts.read(skillsFolder(home.places.skillsRoot).verdicts);
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    // Of one moment, for all: whoever stops a skill asks again.
    const statusOf = (await journal?.scannedStatuses()) ?? NO_STATUS;
    const { audit } = skillsFolder(home.places.skillsRoot);
    const linesWait = ((await journal?.waiting(audit, 1)) ?? []).length > 0;
    return new Turns({ home, request, call, index, statusOf, key, verdicts, linesWait }, measure);
  } finally {
    await journal?.close();
  }
}

const NO_STATUS = (): EffectiveStatus => ({ status: "unknown", source: "unknown" });

interface Given {
  readonly home: Home;
  readonly request: ReauditRequest;
  readonly call: Call;
  readonly index: CurrentIndex;
  readonly statusOf: (skillId: string, version: string) => EffectiveStatus;
  readonly key: KeyObject;
  readonly verdicts: Verdicts;
  /** Somebody was killed before the lines of what he wrote were in `audit.ndjson`. */
  readonly linesWait: boolean;
}

/** Each skill's turn in a pass, and what they share. */
class Turns {
  readonly tally = new Tally();
  readonly #given: Given;
  readonly #folder: SkillsFolder;
  readonly #hashing: Hashing;
  readonly #indexFaults: Fault[] = [];
  #measure: Measure;
  #journal: Promise<Journal> | undefined;

  constructor(given: Given, measure: Measure) {
    this.#given = given;
    this.#folder = skillsFolder(given.home.places.skillsRoot);
    this.#measure = measure;
    this.#hashing = { sha256: () => given.home.platform.sha256(), buffer: Buffer.alloc(BUFFER_BYTES) };
  }

  /** One skill. What is wrong with it stops it, and no other (T19). */
  async of(entry: InstalledEntry): Promise<void> {
    const { skill_id, version } = entry;
    // Disabled ones are looked at: what fails here is to be quarantined, which is more restrictive (spec 5).
    if (this.#given.statusOf(skill_id, version).status === "quarantined") {
      this.tally.already_stopped += 1;
      return;
    }
    this.tally.checked += 1;
    let record: InstalledEntry | undefined = entry;
    for (let look = 1; record !== undefined; look += 1) {
      if (await this.#isDone(record, look === MOST_LOOKS)) return;
      record = look === MOST_LOOKS ? undefined : this.#again(record);
    }
  }

  /** False: the record, or whom we trust, is another by now, so that it is to be looked at again. */
  async #isDone(entry: InstalledEntry, isLastLook: boolean): Promise<boolean> {
    if (this.tally.checked % MEASURED_EVERY === 0) await this.#hasOtherMeasure();
    const { findings, indexFaults } = await this.#look(entry);
    faultPoint("reaudit.looked");
    if (findings.length === 0) {
      this.#indexFaults.push(...indexFaults);
      return true;
    }
    // T6: what is refused by what the trust store said a moment ago is asked of what it says now; not for ever.
    if ((await this.#hasOtherMeasure()) && !isLastLook) return false;
    return this.#stop(entry, findings);
  }

  /** False: it is another install by now, and what was found is not of that. */
  async #stop(entry: InstalledEntry, findings: readonly Finding[]): Promise<boolean> {
    const { home, request, call } = this.#given;
    const actor = { ...call, now: request.clock() };
    const stopped = await stopSkill(
      await this.#writable(),
      this.#given.index,
      { entry, findings },
      home.newUlid(actor.now),
      actor,
    );
    switch (stopped.kind) {
      case "changed":
        return false;
      case "already":
        this.tally.already_stopped += 1;
        return true;
      case "stopped":
        this.tally.fail({ skill_id: entry.skill_id, version: entry.version, reason: stopped.reason });
        if (stopped.unchained) call.warn(UNCHAINED);
        return true;
    }
  }

  /** The bytes are hashed each time; only what a kept verdict does not answer is parsed (spec 5.4, T32). */
  async #look(entry: InstalledEntry): Promise<Examination> {
    const looked = await attempt(async () => {
      const version = lookAtVersion(this.#folder, entry, this.#hashing);
      const extracted = version && hashExtracted(version, this.#hashing);
      this.tally.bytes += (version?.artifact?.bytes ?? 0) + (extracted?.bytes ?? 0);
      if (extracted !== undefined && artifactFinding(entry, version) === undefined && this.#isKnown(entry, extracted.sha256))
        return SOUND;
      const now = this.#given.request.clock();
      return examineVersion(this.#given.home, entry, version, this.#measure, { now, hashing: this.#hashing });
    });
    if (!looked.ok) return { findings: [looked.finding], indexFaults: [] };
    if (looked.value.extracted !== undefined) await this.#keep(this.#verdictOf(entry, looked.value.extracted));
    return looked.value;
  }

  #isKnown(entry: InstalledEntry, extracted: Uint8Array): boolean {
    const isKnown = this.#given.verdicts.holds(this.#verdictOf(entry, extracted));
    if (isKnown) this.tally.unchanged += 1;
    return isKnown;
  }

  #verdictOf(entry: InstalledEntry, extracted: Uint8Array): Buffer {
    return verdictOf(this.#given.key, this.#measure.ground, entry, extracted);
  }

  async #keep(verdict: Buffer): Promise<void> {
    this.#given.verdicts.put(verdict);
    if (this.#given.verdicts.unwritten >= KEPT_AT_A_TIME) await this.#writeVerdicts();
  }

  /** Whether what skills are held against is another than before: a period ended, or the trust store was changed. */
  async #hasOtherMeasure(): Promise<boolean> {
    const { home, request, call } = this.#given;
    const before = this.#measure;
    if (!isOutdated(home, before, request.clock())) return false;
    this.#measure = await readMeasure(home, request, call, request.clock());
    return this.#measure.ground !== before.ground;
  }

  /** The record that took the place of one; undefined where that version is not installed, or not current, any more. */
  #again({ skill_id, version, current }: InstalledEntry): InstalledEntry | undefined {
    const record = findEntry(this.#given.index.read(), skill_id, version);
    return record?.current === current ? record : undefined;
  }

  /** Opened by the first skill that fails. */
  #writable(): Promise<Journal> {
    const { home } = this.#given;
    this.#journal ??= home.openJournal(home.places.journal, { create: true, auditFile: this.#folder.audit });
    return this.#journal;
  }

  /** `IndexInvalid`: all were looked at, and the index says wrong things of some. */
  async end(): Promise<void> {
    const { verdicts, linesWait, call } = this.#given;
    if (verdicts.dropUnused() || verdicts.unwritten > 0) await this.#writeVerdicts();
    if (this.#journal !== undefined || linesWait) {
      const journal = await this.#writable();
      await projectIfFree(journal, this.#folder, call);
      await keepHead(journal, call);
    }
    faultPoint("reaudit.end");
    if (this.#indexFaults.length > 0)
      throw new PalyraError("IndexInvalid", { file: this.#folder.index, faults: this.#indexFaults.slice(0, MAX_INDEX_FAULTS) });
  }

  /** Without them the next pass takes longer, and says the same. */
  async #writeVerdicts(): Promise<void> {
    faultPoint("reaudit.verdicts");
    try {
      await this.#given.verdicts.write(this.#folder.verdicts);
    } catch {
      this.#given.call.warn(`${this.#folder.verdicts} could not be written: the next re-audit takes as long as this one.`);
    }
  }

  async close(): Promise<void> {
    await this.#journal?.then(
      (journal) => journal.close(),
      () => {},
    );
  }
}

const SOUND: Examination = { findings: [], indexFaults: [] };
