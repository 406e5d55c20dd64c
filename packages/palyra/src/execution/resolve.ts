/** The gate of spec 10, steps 1 and 2: whatever starts a skill asks here, at that moment, and runs the very bytes that it is given (T1, T2). */
import { setTimeout as sleep } from "node:timers/promises";
import type { VerifiedArtifact } from "palyra-skills/artifact";
import type { TrustedSkill } from "palyra-skills/trust";
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import {
  currentOf,
  findEntry,
  folderPlace,
  IndexLook,
  type InstalledEntry,
  type InstalledIndex,
  versionsOf,
} from "../installed/index.ts";
import {
  type Anchor,
  type EffectiveStatus,
  GENESIS,
  type Head,
  IN_THE_VAULT,
  type InstallRecord,
  type Journal,
  KnownChain,
  type OpenJournal,
  otherCurrentReason,
  requireRecorded,
} from "../journal/index.ts";

/** What the gate needs of the life of skills; filled above both. */
export interface GatePorts {
  readonly skillsRoot: string;
  readonly journal: string;
  readonly auditFile: string;
  readonly openJournal: {
    (file: string, options: { readonly create: false; readonly shared?: true }): Promise<Journal | undefined>;
    (file: string, options: Extract<OpenJournal, { create: true }>): Promise<Journal>;
  };
  /** The head that the vault has kept of the journal. */
  readonly recordedHead: () => Promise<Head | undefined>;
  /** The index as it is now: `IndexInvalid`, `Io`. The same object while it is the same. */
  readonly readIndex: () => Promise<InstalledIndex>;
  /** Refuses unsafe folders, and finishes what a dead process left. */
  readonly prepare: (call: Call) => Promise<void>;
  /** The bytes whose digest the index has, as they are now, verified. */
  readonly open: (entry: InstalledEntry) => Promise<VerifiedArtifact>;
  /** By whom this host trusts now, revocations included, without a first use. */
  readonly decide: (artifact: VerifiedArtifact, call: Call) => Promise<TrustedSkill>;
  /** How the trust files look from outside: another text once one was written. */
  readonly trustMark: () => string;
}

export interface RunRequest {
  readonly skillId: string;
  /** Absent: the current one. */
  readonly version?: string | undefined;
}

/** One installed version that may run, at the moment at which it was asked for. */
export interface ResolvedSkill {
  readonly skillId: string;
  readonly version: string;
  readonly artifactSha256: string;
  /** What was read, hashed and verified: the only bytes of it to be used. */
  readonly artifact: VerifiedArtifact;
  readonly trusted: TrustedSkill;
  readonly status: EffectiveStatus;
  /** No version was named: it may start as the current one alone. */
  readonly asCurrent: boolean;
  /** What events know its folder of skills by. */
  readonly folder: string;
}

/** Which bytes they are, whether they may run or not. */
export type OpenedSkill = Pick<ResolvedSkill, "skillId" | "version" | "artifactSha256" | "artifact">;

/** What it is, for events and records. */
export const namesOf = ({ skillId, version, artifactSha256, artifact }: OpenedSkill) => ({
  skill_id: skillId,
  version,
  publisher: artifact.manifest.publisher,
  artifact_sha256: artifactSha256,
  payload_sha256: artifact.payloadSha256,
  signature_key_id: artifact.keyId,
});

/** Milliseconds for which a process that lives long goes by the head that it has read from the vault: as seldom as heads are kept (spec 5.3). */
const ANCHOR_MS = 1000;

/** One a process: it keeps the chain that it has walked, and walks on from there. */
export class RunGate {
  readonly #ports: GatePorts;
  readonly #chain = new KnownChain();
  #anchor: { readonly at: number; readonly head: Head | undefined } | undefined;

  constructor(ports: GatePorts) {
    this.#ports = ports;
  }

  /** The chain of this gate, brought up to date inside a transaction. */
  get chain(): KnownChain {
    return this.#chain;
  }

  /**
   * Resolves once: id, version and digest, then trust, then status, last of all and in one transaction of the journal. Writes nothing.
   * `NotInstalled`, `NotEligible`, `ArtifactDigestMismatch`, `IndexInvalid`, `JournalChainBroken`, `TrustStoreChanged`, the errors of spec 1.5
   * and 3.2 (`RevokedKey`, `RevokedPayload` and `UntrustedPublisher` among them), `JournalUnavailable`, `VaultUnavailable`, `UnsafeStateRoot`, `Io`.
   */
  async resolve(request: RunRequest, call: Call): Promise<ResolvedSkill> {
    await this.#ports.prepare(call);
    return this.resolvePrepared(request, call);
  }

  /** The same for whoever has prepared for this very call already, as `findTool` does. */
  async resolvePrepared(request: RunRequest, call: Call): Promise<ResolvedSkill> {
    for (let look = 1; ; look += 1) {
      const seen = new IndexLook(this.#ports.skillsRoot);
      try {
        return await this.#resolveNow(request, call);
      } catch (error) {
        const mayChange = error instanceof PalyraError && error.code === "NotEligible" && look < MOST_LOOKS;
        if (!mayChange || seen.isSteady()) throw error;
      }
      await sleep(LOOK_AGAIN_MS);
    }
  }

  async #resolveNow(request: RunRequest, call: Call): Promise<ResolvedSkill> {
    const { open, decide, skillsRoot } = this.#ports;
    const entry = await this.entryOf(request);
    const artifact = await open(entry);
    const trusted = await decide(artifact, call);
    const status = await this.#status(entry);
    const folder = await folderPlace(skillsRoot);
    requireActive(entry, status, this.#chain, folder);
    const asCurrent = request.version === undefined;
    if (asCurrent) requireCurrent(entry, this.#chain, folder);
    const { skill_id, version, artifact_sha256 } = entry;
    return { skillId: skill_id, version, artifactSha256: artifact_sha256, artifact, trusted, status, asCurrent, folder };
  }

  /** As the index is now. `NotInstalled`, `IndexInvalid`, `Io`. */
  async entryOf({ skillId, version }: RunRequest): Promise<InstalledEntry> {
    const index = await this.#ports.readIndex();
    const entry = version === undefined ? currentOf(index, skillId) : findEntry(index, skillId, version);
    if (entry !== undefined) return entry;
    const installed = versionsOf(index, skillId).map((each) => each.version);
    throw new PalyraError("NotInstalled", { skill_id: skillId, ...(version === undefined ? {} : { version }), installed });
  }

  /** What the chain must lead through. */
  async anchors(): Promise<{
    readonly recorded: Head | undefined;
    readonly anchors: readonly (Head & { readonly kept: string })[];
  }> {
    if (this.#anchor === undefined || performance.now() - this.#anchor.at >= ANCHOR_MS)
      this.#anchor = { at: performance.now(), head: await this.#ports.recordedHead() };
    const { head } = this.#anchor;
    return { recorded: head, anchors: head === undefined ? [] : [{ ...head, kept: IN_THE_VAULT }] };
  }

  async #status({ skill_id, version }: Pick<InstalledEntry, "skill_id" | "version">): Promise<EffectiveStatus> {
    return this.#asked(
      async (journal, anchors) => journal.statusByChain(this.#chain, anchors, skill_id, version),
      () => UNKNOWN,
    );
  }

  /** By the chain, as `resolve` asks of one. */
  async statusesOf(entries: readonly InstalledEntry[]): Promise<(skillId: string, version: string) => EffectiveStatus> {
    const [only, ...more] = entries;
    if (only !== undefined && more.length === 0) {
      const status = await this.#status(only);
      return (skillId, version) => (skillId === only.skill_id && version === only.version ? status : UNKNOWN);
    }
    return this.#asked(
      async (journal, anchors) => journal.statusesByChain(this.#chain, anchors),
      () => () => UNKNOWN,
    );
  }

  /** Whether it may still run, while it does. `NotEligible`, `NotInstalled`, and what `resolve` throws of index and journal. */
  async requireStillActive(skill: { readonly skillId: string; readonly version: string }): Promise<void> {
    const entry = await this.entryOf(skill);
    requireActive(entry, await this.#status(entry), this.#chain, await folderPlace(this.#ports.skillsRoot));
  }

  /** Whether its status is active by the journal as it is now, and by that nothing was decided since. What goes wrong is a no. */
  async isStillActive({ skillId, version }: ResolvedSkill, decided: number, journal: Journal): Promise<boolean> {
    try {
      const { recorded, anchors } = await this.anchors();
      const { status } = await journal.statusByChain(this.#chain, anchors, skillId, version);
      this.#requireRecorded(recorded, this.#chain.head);
      return status === "active" && this.#chain.decided === decided;
    } catch (error) {
      if (error instanceof PalyraError) return false;
      throw error;
    }
  }

  #requireRecorded(recorded: Head | undefined, end: Head): void {
    requireRecorded(recorded, end, ({ seq }) => seq <= end.seq);
  }

  async #asked<Result>(
    ask: (journal: Journal, anchors: readonly Anchor[]) => Promise<Result>,
    none: () => Result,
  ): Promise<Result> {
    const { recorded, anchors } = await this.anchors();
    // By its name each time: a file that was swapped is another (T26).
    const journal = await this.#ports.openJournal(this.#ports.journal, { create: false, shared: true });
    try {
      const answer = journal === undefined ? none() : await ask(journal, anchors);
      const end = journal === undefined ? GENESIS : this.#chain.head;
      this.#requireRecorded(recorded, end);
      return answer;
    } finally {
      await journal?.close();
    }
  }
}

/** Looks while somebody changes what is installed, and milliseconds between two. */
const MOST_LOOKS = 20;
const LOOK_AGAIN_MS = 25;

const UNKNOWN: EffectiveStatus = { status: "unknown", source: "unknown" };

/** `NotEligible`: only what is `active` runs, and no status is none of that; nor what the chain says was removed or another. Spec 5, T1, T2, T31. */
export function requireActive(entry: InstallRecord, { status, row }: EffectiveStatus, chain: KnownChain, folder: string): void {
  const { skill_id, version } = entry;
  const reason = row?.reason ?? null;
  const said = reason === null ? status : `${status}: ${reason}`;
  const problem = status === "active" ? chain.installFault(entry, folder) : said;
  if (problem !== undefined) throw new PalyraError("NotEligible", { skill_id, version, reasons: [problem] });
}

/** `NotEligible`: neither an edited index nor a person who thinks for long leads to a version that an update has replaced. Spec 5, T8, T31, T33. */
export function requireCurrent(entry: InstallRecord, chain: KnownChain, folder: string): void {
  const { skill_id, version } = entry;
  const other = chain.otherCurrent(entry, folder);
  if (other !== undefined) throw new PalyraError("NotEligible", { skill_id, version, reasons: [otherCurrentReason(other)] });
}
