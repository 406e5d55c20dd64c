/**
 * One pass of `PeriodicSkillReaudit` (spec 5.4): every current skill is held against what was installed, whom we trust now, and the policy
 * in force; what fails is quarantined. It writes nothing else (T6), and holds no lock while it hashes and parses.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Fault } from "palyra-skills";
import type { AuditPolicy, FeedState } from "palyra-skills/audit";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { faultPoint } from "../../files/index.ts";
import { findEntry, type InstalledEntry, type SkillsFolder, skillsFolder } from "../../installed/index.ts";
import type { EffectiveStatus, Journal } from "../../journal/index.ts";
import type { Home } from "../home.ts";
import { recoverForReading } from "../recover-reading.ts";
import { projectIfFree, UNCHAINED } from "../status.ts";
import { readHomeTrust } from "../trust-place.ts";
import { CurrentIndex } from "./current-index.ts";
import { attempt, examineVersion, hashVersion, type Measure } from "./examine.ts";
import type { Finding } from "./reasons.ts";
import { stopSkill } from "./stop.ts";
import { type PassSummary, Tally } from "./summary.ts";
import { targetsOf } from "./targets.ts";

export interface ReauditRequest {
  readonly policy: AuditPolicy;
  readonly feed: FeedState;
  /** Milliseconds since 1970: each skill's turn has a moment of its own, since a pass may last. */
  readonly clock: () => number;
}

/**
 * Makes a pass. `IndexInvalid`, `TrustStoreChanged`, `JournalUnavailable`, `VaultUnavailable`, `UnsafeStateRoot`, `LockTimeout`, `Io`: it
 * stopped, and no skill was quarantined for that. Ends with the signal's reason at the next skill once that is given.
 */
export async function reauditSkills(home: Home, request: ReauditRequest, call: Call): Promise<PassSummary> {
  await recoverForReading(home, call);
  faultPoint("reaudit.begin");
  const pass = await beginPass(home, request, call);
  try {
    for (const entry of targetsOf(pass.index.read().entries)) {
      await pass.breathe();
      await pass.turn(entry);
    }
    await pass.end();
    return pass.tally.summary(call.now, request.clock());
  } finally {
    await pass.close();
  }
}

async function beginPass(home: Home, request: ReauditRequest, call: Call): Promise<Pass> {
  const index = new CurrentIndex(home.places.skillsRoot);
  index.read();
  const trust = await readHomeTrust(home, call);
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    const statusOf = journal === undefined ? NO_STATUS : await journal.statuses();
    return new Pass({ home, request, call, index, measure: { ...request, trust }, statusOf });
  } finally {
    await journal?.close();
  }
}

const NO_STATUS = (): EffectiveStatus => ({ status: "unknown", source: "unknown" });

interface PassParts {
  readonly home: Home;
  readonly request: ReauditRequest;
  readonly call: Call;
  readonly index: CurrentIndex;
  readonly measure: Measure;
  readonly statusOf: (skillId: string, version: string) => EffectiveStatus;
}

/** Milliseconds of work after which others on this thread have their turn. */
const BREATH_MS = 20;
/** Bytes that are read at a time. */
const BUFFER_BYTES = 1024 * 1024;
/** How often a skill that is installed anew while it is looked at is looked at again. */
const MOST_LOOKS = 3;

class Pass {
  readonly tally = new Tally();
  readonly index: CurrentIndex;
  readonly #parts: PassParts;
  readonly #folder: SkillsFolder;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #indexFaults: Fault[] = [];
  #journal: Promise<Journal> | undefined;
  #breathed = performance.now();

  constructor(parts: PassParts) {
    this.#parts = parts;
    this.index = parts.index;
    this.#folder = skillsFolder(parts.home.places.skillsRoot);
  }

  /** One skill. What is wrong with it stops it, and no other (T19). */
  async turn(entry: InstalledEntry): Promise<void> {
    const { skill_id, version } = entry;
    // Disabled ones are looked at: what fails here is to be quarantined, which is more restrictive (spec 5).
    if (this.#parts.statusOf(skill_id, version).status === "quarantined") {
      this.tally.already_stopped += 1;
      return;
    }
    this.tally.checked += 1;
    let record: InstalledEntry | undefined = entry;
    for (let look = 1; record !== undefined && look <= MOST_LOOKS; look += 1) {
      const findings = await this.#look(record);
      if (findings.length === 0 || (await this.#stop(record, findings))) return;
      record = this.#again(record);
    }
  }

  async #look(entry: InstalledEntry): Promise<readonly Finding[]> {
    const { home, request, measure } = this.#parts;
    const hashing = { sha256: () => home.platform.sha256(), buffer: this.#buffer };
    const looked = await attempt(async () => {
      const found = hashVersion(home, entry, hashing);
      this.tally.bytes += found?.bytes ?? 0;
      return examineVersion(home, entry, found, measure, request.clock());
    });
    faultPoint("reaudit.looked");
    if (!looked.ok) return [looked.finding];
    if (looked.value.findings.length === 0) this.#indexFaults.push(...looked.value.indexFaults);
    return looked.value.findings;
  }

  /** False: it is another install by now, and what was found is not of that. */
  async #stop(entry: InstalledEntry, findings: readonly Finding[]): Promise<boolean> {
    const { home, request, call } = this.#parts;
    const actor = { ...call, now: request.clock() };
    const journal = await this.#writable();
    const stopped = await stopSkill(journal, this.index, { entry, findings }, home.newUlid(actor.now), actor);
    if (stopped.kind === "changed") return false;
    if (stopped.kind === "stopped") {
      this.tally.fail({ skill_id: entry.skill_id, version: entry.version, reason: stopped.reason });
      if (stopped.unchained) call.warn(UNCHAINED);
    } else this.tally.already_stopped += 1;
    return true;
  }

  /** The record that took the place of one; undefined where that version is not installed, or not current, any more. */
  #again({ skill_id, version, current }: InstalledEntry): InstalledEntry | undefined {
    const record = findEntry(this.index.read(), skill_id, version);
    return record?.current === current ? record : undefined;
  }

  /** Opened by the first skill that fails. */
  #writable(): Promise<Journal> {
    const { home } = this.#parts;
    this.#journal ??= home.openJournal(home.places.journal, { create: true, auditFile: this.#folder.audit });
    return this.#journal;
  }

  /** Lets others on this thread have their turn now and then, and ends where the pass was told to. */
  async breathe(): Promise<void> {
    if (performance.now() - this.#breathed > BREATH_MS) {
      await nextTurn();
      this.#breathed = performance.now();
    }
    this.#parts.call.signal.throwIfAborted();
  }

  /** `IndexInvalid`: all were looked at, and the index says wrong things of some. */
  async end(): Promise<void> {
    if (this.#journal !== undefined) await projectIfFree(await this.#journal, this.#folder, this.#parts.call);
    faultPoint("reaudit.end");
    if (this.#indexFaults.length > 0)
      throw new PalyraError("IndexInvalid", { file: this.#folder.index, faults: this.#indexFaults.slice(0, MAX_INDEX_FAULTS) });
  }

  async close(): Promise<void> {
    await this.#journal?.then(
      (journal) => journal.close(),
      () => {},
    );
  }
}

const MAX_INDEX_FAULTS = 20;
