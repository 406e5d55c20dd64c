/** Spec 10, step 4: the last look before anything of a skill is instantiated (T33). */
import type { JsonObject } from "palyra-skills/encoding";
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import { folderPlace } from "../installed/index.ts";
import { newEvent } from "../journal/index.ts";
import { type GatePorts, namesOf, type ResolvedSkill, type RunGate, requireActive, requireCurrent } from "./resolve.ts";

let makePermit: (skill: ResolvedSkill, seq: number) => LaunchPermit;

/** That a start was journaled; nothing may be instantiated without it. Only `recordStart` makes one. */
export class LaunchPermit {
  readonly skill: ResolvedSkill;
  /** Of the event `skill.started`. */
  readonly seq: number;
  readonly #made = true;

  private constructor(skill: ResolvedSkill, seq: number) {
    this.skill = skill;
    this.seq = seq;
  }

  static {
    makePermit = (skill, seq) => new LaunchPermit(skill, seq);
  }

  /** Whether this is one, and no likeness. */
  static is(value: object): boolean {
    return #made in value;
  }
}

/** How often it is looked at again where something was decided meanwhile. */
const MOST_LOOKS = 10;

/** Milliseconds for which trust, policy, grants and approval count as they were asked before the transaction. */
const FRESH_MS = 250;

/**
 * Journals that a resolved skill starts, after whatever took long: approval, compiling. Trust and revocation are read again, then, in the
 * transaction that writes the event, the status; where anything was decided between the two (an install, a trust change, a status), both are
 * read once more. The event is not synced by itself: a power loss may take it, never a status. What `RunGate.resolve` throws.
 */
export async function recordStart(
  gate: RunGate,
  ports: GatePorts & { readonly newUlid: (now: number) => string },
  skill: ResolvedSkill,
  call: Call,
  /** What the start is of beside the skill, for its event; and what else is to be looked at again, each time, before the transaction. */
  { about = {}, again }: { readonly about?: JsonObject; readonly again?: () => Promise<void> } = {},
): Promise<LaunchPermit> {
  const folder = await folderPlace(ports.skillsRoot);
  const journal = await ports.openJournal(ports.journal, { create: true, auditFile: ports.auditFile });
  try {
    for (let look = 0; look < MOST_LOOKS; look += 1) {
      const { anchors } = await gate.anchors();
      // As far as the chain was walked before anything is read: what was decided since shows in the transaction.
      const { decided } = gate.chain;
      const entry = await gate.entryOf(skill);
      if (entry.artifact_sha256 !== skill.artifactSha256) throw changed(skill, entry.artifact_sha256);
      const trusted = await ports.decide(skill.artifact, call);
      await again?.();
      const event = newEvent(ports.newUlid(call.now), call, "skill.started", { ...payloadOf(skill), ...about });
      const asked = performance.now();
      const started = await journal.transaction(
        (writer) => {
          // Others wrote for so long that what was asked before is old.
          if (performance.now() - asked > FRESH_MS) return undefined;
          const status = writer.statusByChain(gate.chain, anchors, skill.skillId, skill.version);
          requireActive(entry, status, gate.chain, folder);
          if (skill.asCurrent) requireCurrent(entry, gate.chain, folder);
          return gate.chain.decided === decided ? writer.append(event) : undefined;
        },
        { synced: false },
      );
      if (started === undefined) continue;
      gate.chain.follow(started);
      return makePermit({ ...skill, trusted }, started.seq);
    }
    throw new PalyraError("LockTimeout", { file: ports.journal, waited_ms: 0 });
  } finally {
    await journal.close();
  }
}

function payloadOf(skill: ResolvedSkill): JsonObject {
  return { ...namesOf(skill), trust_decision: skill.trusted.decision };
}

/** Another artifact has its name by now: what was resolved is not what is installed. */
function changed({ skillId, version, artifactSha256 }: ResolvedSkill, recorded: string): PalyraError {
  return new PalyraError("ArtifactDigestMismatch", { skill_id: skillId, version, recorded, actual: artifactSha256 });
}
