import type { KeyObject } from "node:crypto";
import type { Fault } from "palyra-skills";
import type { Sha256 } from "palyra-skills/platform";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { faultPoint, type Hashing } from "../../files/index.ts";
import { findEntry, type InstalledEntry, type SkillsFolder, skillsFolder, Verdicts } from "../../installed/index.ts";
import type { Journal } from "../../journal/index.ts";
import { keepHead } from "../head.ts";
import type { Home } from "../home.ts";
import { projectIfFree, UNCHAINED } from "../status.ts";
import { beginVerdict } from "./basis.ts";
import { ChainLook } from "./chain-look.ts";
import type { CurrentIndex } from "./current-index.ts";
import { attempt, type Examination, examineVersion, findingOf } from "./examine.ts";
import type { Examining } from "./examining.ts";
import { artifactFinding } from "./files.ts";
import { isOutdated, type Measure, type ReauditRequest, readMeasure } from "./measure.ts";
import { type Finding, PROCESS_DIED, THREAD_DIED } from "./reasons.ts";
import { stopSkill } from "./stop.ts";
import { type FailedSkill, Tally } from "./summary.ts";
import { readVerdictKey } from "./verdict-key.ts";
import { hashExtracted, lookAtVersion, type VersionFolder } from "./version-folder.ts";
import { subjectOf, UNWATCHED, type Watch } from "./watch.ts";

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
export async function beginTurns(
  home: Home,
  request: ReauditRequest,
  { targets, ...shared }: Pick<Given, "index" | "examining" | "suspects"> & { readonly targets: readonly InstalledEntry[] },
  call: Call,
): Promise<Turns> {
  const measure = await readMeasure(home, request, call, request.clock());
  const key = await readVerdictKey(home);
  const verdicts = await Verdicts.read(skillsFolder(home.places.skillsRoot).verdicts);
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    const chain = await ChainLook.take(home, journal);
    const stopped = new Set(
      targets.filter(({ skill_id, version }) => chain.statusOf?.(skill_id, version).status === "quarantined"),
    );
    const { audit } = skillsFolder(home.places.skillsRoot);
    const linesWait = ((await journal?.waiting(audit, 1)) ?? []).length > 0;
    return new Turns({ home, request, call, ...shared, chain, stopped, key, verdicts, linesWait }, measure);
  } finally {
    await journal?.close();
  }
}

interface Given {
  readonly home: Home;
  readonly request: ReauditRequest;
  readonly call: Call;
  readonly index: CurrentIndex;
  readonly chain: ChainLook;
  readonly examining: Examining;
  /** Those in whose turn a thread or a process ended. */
  readonly suspects: ReadonlySet<string>;
  /** Those that were quarantined when the pass began: whoever stops a skill asks again. */
  readonly stopped: ReadonlySet<InstalledEntry>;
  readonly key: KeyObject;
  readonly verdicts: Verdicts;
  /** Somebody was killed before the lines of what he wrote were in `audit.ndjson`. */
  readonly linesWait: boolean;
}

/** What came of hashing what lies there. `sound`: it is what passed before, by the same measure. */
type Look =
  | { readonly is: "sound" }
  | { readonly is: "other"; readonly version: VersionFolder | undefined }
  | { readonly is: "unreadable"; readonly finding: Finding };

/** Each skill's turn in a pass, and what they share. */
export class Turns {
  readonly tally = new Tally();
  readonly #given: Given;
  readonly #folder: SkillsFolder;
  readonly #hashing: Hashing;
  readonly #watch: Watch;
  readonly #indexFaults: Fault[] = [];
  #measure: Measure;
  #journal: Promise<Journal> | undefined;

  constructor(given: Given, measure: Measure) {
    this.#given = given;
    this.#folder = skillsFolder(given.home.places.skillsRoot);
    this.#measure = measure;
    this.#watch = given.request.watch ?? UNWATCHED;
    this.#hashing = { sha256: () => given.home.platform.sha256(), buffer: Buffer.alloc(BUFFER_BYTES) };
  }

  /**
   * One skill. What is wrong with it stops it, and no other (T19). Undefined: it is done. Most are unchanged, and promises for each of
   * them would cost a tenth of the pass.
   */
  of(entry: InstalledEntry): Promise<void> | undefined {
    // Disabled ones are looked at: what fails here is to be quarantined, which is more restrictive (spec 5).
    if (this.#given.stopped.has(entry)) {
      this.tally.already_stopped += 1;
      return undefined;
    }
    this.tally.checked += 1;
    if (this.tally.checked % MEASURED_EVERY === 0 && this.#isOutdated()) return this.#judge(entry);
    const look = this.#look(entry);
    return look.is === "sound" && !this.#given.chain.isSuspect(entry) ? undefined : this.#judge(entry, look);
  }

  async #judge(entry: InstalledEntry, first?: Look): Promise<void> {
    let record: InstalledEntry | undefined = entry;
    for (let look = 1; record !== undefined; look += 1) {
      if (first === undefined || look > 1) await this.#hasOtherMeasure();
      if (await this.#isDone(record, (look === 1 ? first : undefined) ?? this.#look(record), look === MOST_LOOKS)) return;
      record = look === MOST_LOOKS ? undefined : this.#again(record);
    }
  }

  /** False: the record, or whom we trust, is another by now, so that it is to be looked at again. */
  async #isDone(entry: InstalledEntry, look: Look, isLastLook: boolean): Promise<boolean> {
    const { findings, indexFaults } = await this.#withChain(entry, await this.#examine(entry, look));
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
        this.#tellStopped({ skill_id: entry.skill_id, version: entry.version, reason: stopped.reason });
        if (stopped.unchained) call.warn(UNCHAINED);
        return true;
    }
  }

  #tellStopped(failed: FailedSkill): void {
    this.tally.fail(failed);
    this.#watch.stopped(failed);
  }

  /** The bytes are hashed each time; only what a kept verdict does not answer is parsed (spec 5.4, T32). */
  #look(entry: InstalledEntry): Look {
    const look = this.#hash(entry);
    faultPoint("reaudit.looked");
    return look;
  }

  #hash(entry: InstalledEntry): Look {
    try {
      const version = lookAtVersion(this.#folder, entry, this.#hashing);
      const extracted = version && hashExtracted(version, this.#hashing, this.#beginVerdict(entry));
      this.tally.bytes += (version?.artifact?.bytes ?? 0) + (extracted?.bytes ?? 0);
      const isSound =
        extracted !== undefined && artifactFinding(entry, version) === undefined && this.#given.verdicts.holds(extracted.digest);
      if (isSound) this.tally.unchanged += 1;
      return isSound ? { is: "sound" } : { is: "other", version };
    } catch (error) {
      return { is: "unreadable", finding: findingOf(error) };
    }
  }

  async #examine(entry: InstalledEntry, look: Look): Promise<Examination> {
    if (look.is === "sound") return SOUND;
    if (look.is === "unreadable") return { findings: [look.finding], indexFaults: [] };
    const { home, request, verdicts, examining, suspects } = this.#given;
    const subject = subjectOf(entry);
    const died = this.#watch.condemned.has(subject) ? THREAD_DIED : examining.isCondemned(entry) ? PROCESS_DIED : undefined;
    if (died !== undefined) {
      examining.done(entry);
      return { findings: [{ code: died }], indexFaults: [] };
    }
    // What the others came to is not to be had twice.
    if (suspects.has(subject) && verdicts.unwritten > 0) await this.#writeVerdicts();
    const tools = { now: request.clock(), hashing: this.#hashing, beginVerdict: () => this.#beginVerdict(entry) };
    await examining.begin(entry);
    this.#watch.turn(subject);
    const examined = await attempt(() => examineVersion(home, entry, look.version, this.#measure, tools)).finally(() =>
      examining.done(entry),
    );
    this.#watch.turn(undefined);
    faultPoint("reaudit.examined");
    if (!examined.ok) return { findings: [examined.finding], indexFaults: [] };
    if (examined.value.verdict !== undefined) {
      await this.#keep(examined.value.verdict);
      request.passed?.(entry);
    }
    return examined.value;
  }

  /** What the chain says of it, where nothing else is wrong with it. An index whose digest alone was edited is no fault of the skill. */
  async #withChain(entry: InstalledEntry, examined: Examination): Promise<Examination> {
    const { finding, fault } = await this.#given.chain.tell(entry, this.#given.index);
    const isRight = examined.findings.length === 0 && examined.indexFaults.length === 0;
    return {
      findings: finding === undefined || !isRight ? examined.findings : [finding],
      indexFaults: [...examined.indexFaults, ...(fault === undefined ? [] : [fault])],
    };
  }

  #beginVerdict(entry: InstalledEntry): Sha256 {
    return beginVerdict(this.#given.key, this.#measure.ground, entry);
  }

  async #keep(verdict: Uint8Array): Promise<void> {
    this.#given.verdicts.put(verdict);
    if (this.#given.verdicts.unwritten >= KEPT_AT_A_TIME) await this.#writeVerdicts();
  }

  #isOutdated(): boolean {
    return isOutdated(this.#given.home, this.#measure, this.#given.request.clock());
  }

  /** Whether what skills are held against is another than before: a period ended, or the trust store was changed. */
  async #hasOtherMeasure(): Promise<boolean> {
    const { home, request, call } = this.#given;
    const before = this.#measure;
    if (!this.#isOutdated()) return false;
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

  /** `JournalChainBroken`, `IndexInvalid`: all were looked at, and the journal is not the one that is known, or the index says wrong things of some. */
  async end(): Promise<void> {
    const { verdicts, linesWait, chain, examining, call } = this.#given;
    await examining.end();
    if (verdicts.dropUnused() || verdicts.unwritten > 0) await this.#writeVerdicts();
    if (this.#journal !== undefined || linesWait) {
      const journal = await this.#writable();
      await projectIfFree(journal, this.#folder, call);
      await keepHead(journal, call);
    }
    faultPoint("reaudit.end");
    if (chain.broken !== undefined) throw chain.broken;
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
