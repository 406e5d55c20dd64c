/**
 * What is installed and what the journal says of it, kept for as long as neither has changed: the index file is the same one, and nobody
 * has committed to the journal since. Both are asked at each read, so that what somebody else stopped is seen to be stopped by the next.
 */
import { statSync } from "node:fs";
import type { Call } from "../call.ts";
import { type InstalledEntry, type InstalledIndex, KeptIndex, KeptSummaries, skillsFolder } from "../installed/index.ts";
import type { Journal } from "../journal/index.ts";
import type { Home } from "../lifecycle/home.ts";
import { recoverForReading } from "../lifecycle/index.ts";
import { checkStateRoot } from "../lifecycle/state-root.ts";
import { type InventoryEntry, inventoryOf, type StatusLookup } from "../operations/shared/inventory.ts";

/** Answers that are kept, and UTF-16 units of them. */
const MAX_KEPT = 256;
const MAX_KEPT_LENGTH = 4 * 1024 * 1024;

/** One moment of the state. */
export class Snapshot {
  readonly index: InstalledIndex;
  readonly statusOf: StatusLookup;
  readonly #home: Home;
  readonly #summaries: KeptSummaries;
  readonly #kept = new Map<string, Promise<string>>();
  #keptLength = 0;
  #counts: ReadonlyMap<string, number> | undefined;

  constructor(home: Home, index: InstalledIndex, statusOf: StatusLookup, summaries: KeptSummaries) {
    this.#home = home;
    this.#summaries = summaries;
    this.index = index;
    this.statusOf = statusOf;
  }

  inventory(entries: readonly InstalledEntry[]): Promise<readonly InventoryEntry[]> {
    return inventoryOf(this.#home, entries, this.statusOf, this.#summaries);
  }

  /** Current versions by their status; what is none of the four words counts as `other`. */
  counts(): ReadonlyMap<string, number> {
    if (this.#counts !== undefined) return this.#counts;
    const counts = new Map(["active", "quarantined", "disabled", "unknown", "other"].map((status) => [status, 0]));
    for (const { skill_id, version, current } of this.index.entries) {
      if (!current) continue;
      const { status } = this.statusOf(skill_id, version);
      const word = counts.has(status) ? status : "other";
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    this.#counts = counts;
    return counts;
  }

  /** An answer that rests on this moment and on `key` alone, made once. */
  kept(key: string, make: () => Promise<string>): Promise<string> {
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const made = make();
    if (this.#kept.size < MAX_KEPT && this.#keptLength < MAX_KEPT_LENGTH) {
      this.#kept.set(key, made);
      made.then(
        (text) => {
          this.#keptLength += text.length;
        },
        () => this.#kept.delete(key),
      );
    }
    return made;
  }
}

interface Basis {
  readonly index: string;
  readonly journal: string;
  readonly changes: number;
}

export class State {
  readonly #home: Home;
  readonly #call: () => Call;
  /** By itself: the journal changes with each audit, and ten thousand records parsed each time are most of what a daemon would hold. */
  readonly #index: KeptIndex;
  readonly #summaries = new KeptSummaries();
  #journal: { readonly file: string; readonly journal: Journal } | undefined;
  #kept: { readonly basis: Basis; readonly snapshot: Snapshot } | undefined;
  #building: Promise<Snapshot> | undefined;
  #opening: Promise<void> | undefined;
  #round: { readonly looked: Promise<Snapshot>; readonly peers: Set<object> } | undefined;

  /** @param call of this moment, of the daemon itself */
  constructor(home: Home, call: () => Call) {
    this.#home = home;
    this.#call = call;
    this.#index = new KeptIndex(home.places.skillsRoot);
  }

  /**
   * The state as it is now. `IndexInvalid`, `JournalUnavailable`, `UnsafeStateRoot`, `Io`.
   * @param peer whose requests these are: those of several peers that were there when the event loop went round last are answered by one look
   */
  read(peer?: object): Promise<Snapshot> {
    // Of a peer that asks twice in one round the second may have come after the look, and after what it wants to see.
    if (this.#round === undefined || peer === undefined || this.#round.peers.has(peer)) {
      const round = { looked: this.#look(), peers: new Set<object>() };
      this.#round = round;
      setImmediate(() => {
        if (this.#round === round) this.#round = undefined;
      });
    }
    if (peer !== undefined) this.#round.peers.add(peer);
    return this.#round.looked;
  }

  async #look(): Promise<Snapshot> {
    // What a dead process left is finished; one that is at it holds the lock, and what it has done by now counts.
    if (isThere(skillsFolder(this.#home.places.skillsRoot).pending)) await recoverForReading(this.#home, this.#call());
    const known = await this.#stillValid();
    if (known !== undefined) return known;
    // One that was begun before this request may have read too early.
    await this.#building?.catch(() => {});
    return (await this.#stillValid()) ?? this.#build();
  }

  get skillsRoot(): string {
    return this.#home.places.skillsRoot;
  }

  get journalFile(): string {
    return this.#home.places.journal;
  }

  /** The journal, for what is read of it besides; undefined where there is none. */
  async journal(): Promise<Journal | undefined> {
    await this.#basis();
    return this.#journal?.journal;
  }

  async close(): Promise<void> {
    await this.#journal?.journal.close();
    this.#journal = undefined;
    this.#kept = undefined;
  }

  async #stillValid(): Promise<Snapshot | undefined> {
    const kept = this.#kept;
    if (kept === undefined) return undefined;
    const basis = await this.#basis();
    const { index, journal, changes } = kept.basis;
    const same = basis.index === index && basis.journal === journal && basis.changes === changes;
    return same ? kept.snapshot : undefined;
  }

  #build(): Promise<Snapshot> {
    this.#building ??= this.#make().finally(() => {
      this.#building = undefined;
    });
    return this.#building;
  }

  async #make(): Promise<Snapshot> {
    await checkStateRoot(this.#home); // T25
    // Before anything is read: what changes meanwhile makes the next read look again.
    const basis = await this.#basis();
    const index = await this.#index.read();
    const statusOf = (await this.#journal?.journal.statuses()) ?? NO_STATUSES;
    const snapshot = new Snapshot(this.#home, index, statusOf, this.#summaries);
    this.#kept = { basis, snapshot };
    return snapshot;
  }

  async #basis(): Promise<Basis> {
    const { journal: file, skillsRoot } = this.#home.places;
    const index = fingerprint(skillsFolder(skillsRoot).index);
    const journal = identity(file);
    if (this.#journal?.file !== journal) await this.#reopen(journal);
    return { index, journal, changes: (await this.#journal?.journal.changes()) ?? 0 };
  }

  /** A journal that was put in another's place is opened anew; once, however many ask. */
  #reopen(journal: string): Promise<void> {
    this.#opening ??= this.#open(journal).finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(identity: string): Promise<void> {
    await this.#journal?.journal.close();
    this.#journal = undefined;
    const { openJournal, places } = this.#home;
    const opened = identity === "" ? undefined : await openJournal(places.journal, { create: false });
    this.#journal = opened === undefined ? undefined : { file: identity, journal: opened };
  }
}

const NO_STATUSES: StatusLookup = () => ({ status: "unknown", source: "unknown" });

/** A file is written anew by a rename, or in place by another program: either changes one of these. */
function fingerprint(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
}

function identity(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.dev}:${stat.ino}`;
}

function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
