/** What the journal's chain says of a pass's skills (spec 5.4, T1, T8, T26, T31): each pass walks all of it. */
import type { Fault } from "palyra-skills";
import { PalyraError } from "../../errors.ts";
import { fileMark } from "../../files/index.ts";
import { findEntry, folderPlace, type InstalledEntry, skillsFolder } from "../../installed/index.ts";
import {
  type Anchor,
  type EffectiveStatus,
  IN_THE_VAULT,
  type Journal,
  KnownChain,
  recordedHead,
  requireRecorded,
} from "../../journal/index.ts";
import type { Home } from "../home.ts";
import type { CurrentIndex } from "./current-index.ts";
import { type Finding, NOT_AS_JOURNALED } from "./reasons.ts";

type StatusOf = (skillId: string, version: string) => EffectiveStatus;

interface Walked {
  readonly home: Home;
  readonly folder: string;
  readonly anchors: readonly Anchor[];
  readonly chain: KnownChain;
}

/** As far as it could be walked. */
export class ChainLook {
  readonly #home: Home;
  readonly #chain: KnownChain;
  readonly #folder: string;
  readonly #anchors: readonly Anchor[];
  /** By the events themselves, whatever an index of the file says; undefined where there is no journal. */
  readonly statusOf: StatusOf | undefined;
  /** Why the journal is not what the vault keeps of it: the pass stops skills all the same, and then ends with it. */
  readonly broken: PalyraError | undefined;

  private constructor(
    { home, folder, anchors, chain }: Walked,
    { statusOf, broken }: Pick<ChainLook, "statusOf"> & { readonly broken?: PalyraError },
  ) {
    this.#home = home;
    this.#folder = folder;
    this.#anchors = anchors;
    this.#chain = chain;
    this.statusOf = statusOf;
    this.broken = broken;
  }

  /** What the vault throws; `JournalUnavailable`. */
  static async take(home: Home, journal: Journal | undefined): Promise<ChainLook> {
    const recorded = await recordedHead(home.records, home.places.journal);
    const anchors = recorded === undefined ? [] : [{ ...recorded, kept: IN_THE_VAULT }];
    const walked = { home, anchors, folder: await folderPlace(home.places.skillsRoot), chain: new KnownChain() };
    try {
      const statusOf = await journal?.statusesByChain(walked.chain, anchors);
      const end = walked.chain.head;
      requireRecorded(recorded, end, ({ seq }) => seq <= end.seq);
      return new ChainLook(walked, { statusOf });
    } catch (error) {
      if (!(error instanceof PalyraError) || error.code !== "JournalChainBroken") throw error;
      return new ChainLook(walked, { statusOf: await journal?.scannedStatuses(), broken: error });
    }
  }

  /** Whether the index says otherwise than the chain, as far as that was walked: whoever asks is told by `tell` whether it does. */
  isSuspect(entry: InstalledEntry): boolean {
    return this.broken === undefined && (this.#installFault(entry) !== undefined || this.#otherCurrent(entry) !== undefined);
  }

  /**
   * What of a record is not as the chain has it: `finding`, it was put back after its removal, or in another's place; `fault`, the index
   * names another version as current. Neither while a command changes index and journal, one after the other.
   */
  async tell(entry: InstalledEntry, index: CurrentIndex): Promise<{ readonly finding?: Finding; readonly fault?: Fault }> {
    if (!this.isSuspect(entry)) return {};
    const { index: file, pending } = skillsFolder(this.#home.places.skillsRoot);
    const before = fileMark(file);
    if (fileMark(pending) !== undefined) return {};
    const now = findEntry(index.read(), entry.skill_id, entry.version);
    const journal = await this.#home.openJournal(this.#home.places.journal, { create: false });
    try {
      await journal?.statusesByChain(this.#chain, this.#anchors);
    } finally {
      await journal?.close();
    }
    if (now === undefined || fileMark(file) !== before || fileMark(pending) !== undefined) return {};
    const fault = this.#installFault(now);
    if (fault !== undefined) return { finding: { code: NOT_AS_JOURNALED, detail: fault } };
    const other = this.#otherCurrent(now);
    if (other === undefined) return {};
    const path = `${now.skill_id}@${now.version}.current`;
    return { fault: { path, problem: "not the current version, by the journal", found: now.version, allowed: other } };
  }

  #installFault(entry: InstalledEntry): string | undefined {
    return this.#chain.installFault(entry, this.#folder);
  }

  #otherCurrent(entry: InstalledEntry): string | undefined {
    return entry.current ? this.#chain.otherCurrent(entry, this.#folder) : undefined;
  }
}
