/** Spec 10, step 4: the last look before anything of a skill is instantiated (T33). */
import type { JsonObject } from "palyra-skills/encoding";
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import { folderPlace } from "../installed/index.ts";
import { type Journal, newEvent } from "../journal/index.ts";
import { type Asked, isFresh, type LookAtGround } from "./ground.ts";
import { type GatePorts, namesOf, type ResolvedSkill, type RunGate, requireActive, requireCurrent } from "./resolve.ts";

let makePermit: (skill: ResolvedSkill, seq: number) => LaunchPermit;

/** That a start was journaled; nothing may be instantiated without it, and one thing alone by it. Only `recordStart` makes one. */
export class LaunchPermit {
  readonly skill: ResolvedSkill;
  /** Of the event `skill.started`. */
  readonly seq: number;
  #isSpent = false;

  private constructor(skill: ResolvedSkill, seq: number) {
    this.skill = skill;
    this.seq = seq;
  }

  static {
    makePermit = (skill, seq) => new LaunchPermit(skill, seq);
  }

  /** Whether this is one, and no likeness, and nothing has started by it so far; from now on something has. */
  static spend(value: object): boolean {
    if (!(#isSpent in value) || value.#isSpent) return false;
    value.#isSpent = true;
    return true;
  }
}

/** How often it is looked at again where something was decided meanwhile. */
const MOST_LOOKS = 10;

/** Where a start is written. */
export interface StartPlace {
  /** What events know the folder of skills by. */
  readonly folder: string;
  readonly journal: Journal;
}

/** Whoever has it closes its journal, or gives it to `recordStart`. @param folder as it was, where it is known to be the same: what is in it looks as it did */
export async function openStart(
  ports: Pick<GatePorts, "skillsRoot" | "openJournal" | "journal" | "auditFile">,
  folder?: string,
): Promise<StartPlace> {
  return {
    folder: folder ?? (await folderPlace(ports.skillsRoot)),
    journal: await ports.openJournal(ports.journal, { create: true, auditFile: ports.auditFile }),
  };
}

/** What the start is of beside the skill, for its event; and what else it rests on. */
export interface StartOptions {
  readonly about?: JsonObject;
  /** Asks again for what trust and index do not say. */
  readonly again?: () => Promise<void>;
  /** When all of it was asked last, and how it looks now: fresh and the same, it needs no second question. Absent: it is asked. */
  readonly ground?: { readonly asked: Asked; readonly look: LookAtGround };
  /** Open already; it is closed in any case. */
  readonly place?: StartPlace | undefined;
}

/**
 * Journals that a resolved skill starts, after whatever took long: approval, compiling. Trust and revocation are looked at again, and read
 * where they look different or were read a while ago; then, in the transaction that writes the event, the status. Where anything was decided
 * between the two (an install, a trust change, a status), both are read once more. The event is not synced by itself: a power loss may take it,
 * never a status. What `RunGate.resolve` throws.
 */
export async function recordStart(
  gate: RunGate,
  ports: GatePorts & { readonly newUlid: (now: number) => string },
  skill: ResolvedSkill,
  call: Call,
  { about = {}, again, ground, place }: StartOptions = {},
): Promise<LaunchPermit> {
  const { folder, journal } = place ?? (await openStart(ports));
  const { skillId: skill_id, version, artifactSha256: artifact_sha256 } = skill;
  const record = { skill_id, version, artifact_sha256 };
  let trusting = skill;
  try {
    for (let look = 0; look < MOST_LOOKS; look += 1) {
      const { anchors } = await gate.anchors();
      const known = look === 0 ? stillCounting(ground, skill) : undefined;
      // As far as the chain was walked before anything is read: what was decided since shows in the transaction.
      const asked = known ?? { at: performance.now(), decided: gate.chain.decided };
      if (known === undefined) {
        trusting = await askedAgain(gate, ports, skill, call);
        await again?.();
      }
      const event = newEvent(ports.newUlid(call.now), call, "skill.started", payloadOf(trusting, about));
      const started = await journal.transaction(
        (writer) => {
          // Others wrote for so long that what was asked before is old.
          if (!isFresh(asked)) return undefined;
          const status = writer.statusByChain(gate.chain, anchors, skill_id, version);
          requireActive(record, status, gate.chain, folder);
          if (skill.asCurrent) requireCurrent(record, gate.chain, folder);
          return gate.chain.decided === asked.decided ? writer.append(event) : undefined;
        },
        { synced: false },
      );
      if (started === undefined) continue;
      gate.chain.follow(started);
      return makePermit(trusting, started.seq);
    }
    throw new PalyraError("LockTimeout", { file: ports.journal, waited_ms: 0 });
  } finally {
    await journal.close();
  }
}

/** What was asked before, where it need not be asked again. */
function stillCounting(ground: StartOptions["ground"], skill: ResolvedSkill): Asked | undefined {
  if (ground === undefined) return undefined;
  const { asked, look } = ground;
  return isFresh(asked) && asked.looks !== undefined && look(skill) === asked.looks ? asked : undefined;
}

/** As it is trusted by now. */
async function askedAgain(gate: RunGate, ports: GatePorts, skill: ResolvedSkill, call: Call): Promise<ResolvedSkill> {
  const entry = await gate.entryOf(skill);
  if (entry.artifact_sha256 !== skill.artifactSha256) throw changed(skill, entry.artifact_sha256);
  return { ...skill, trusted: await ports.decide(skill.artifact, call) };
}

/** Of starts that are kept: as long as its plan is known a skill starts with the same words again and again. */
const payloads = new WeakMap<ResolvedSkill, Map<string, JsonObject>>();

function payloadOf(skill: ResolvedSkill, about: JsonObject): JsonObject {
  const known = payloads.get(skill) ?? new Map<string, JsonObject>();
  payloads.set(skill, known);
  const name = Object.values(about).join("\n");
  const payload = known.get(name) ?? { ...namesOf(skill), trust_decision: skill.trusted.decision, ...about };
  known.set(name, payload);
  return payload;
}

/** Another artifact has its name by now: what was resolved is not what is installed. */
function changed({ skillId, version, artifactSha256 }: ResolvedSkill, recorded: string): PalyraError {
  return new PalyraError("ArtifactDigestMismatch", { skill_id: skillId, version, recorded, actual: artifactSha256 });
}
