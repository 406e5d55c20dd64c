/**
 * What was authorized a moment ago counts for the same question again, while all that it rests on looks the same from outside and the journal,
 * which is read each time, says the same (spec 10, step 2; T33). That is looked at while the call is prepared: nothing of a module runs before, and a
 * process whose call is not to start serves the next.
 */
import type { Call } from "../call.ts";
import type { Journal } from "../journal/index.ts";
import type { LaunchPlan, LaunchQuestion } from "./authorize.ts";
import { type Asked, FRESH_MS, isFresh, type LookAtGround } from "./ground.ts";
import type { ResolvedSkill, RunGate } from "./resolve.ts";
import type { FoundTool, NamedTool } from "./tools.ts";

/** As `RunToolRequest` asks. */
type Question = NamedTool & Omit<LaunchQuestion, "toolId">;

/** A call that may start unasked. */
export interface KnownPlan {
  readonly found: FoundTool;
  readonly plan: LaunchPlan;
  readonly asked: Asked;
}

/** Questions whose answers are kept. */
const MOST_KEPT = 256;
const NO_INPUT = new Uint8Array();

export class KnownPlans {
  readonly #gate: RunGate;
  readonly #look: LookAtGround;
  readonly #kept = new Map<string, KnownPlan & { readonly now: number }>();

  constructor(gate: RunGate, look: LookAtGround) {
    this.#gate = gate;
    this.#look = look;
  }

  /** Undefined: it is to be asked anew. Whether all is as it was, `isStill` tells. */
  of(request: Question, call: Call): KnownPlan | undefined {
    const name = nameOf(request, call);
    const known = this.#kept.get(name);
    if (known === undefined) return undefined;
    const { found, plan, asked, now } = known;
    if (isFresh(asked) && Math.abs(call.now - now) <= FRESH_MS) return { found, asked, plan: { ...plan, input: request.input } };
    this.#kept.delete(name);
    return undefined;
  }

  /** False: it is to be asked anew, and whoever is asked says what is wrong. */
  async isStill({ plan, asked }: KnownPlan, journal: Journal): Promise<boolean> {
    const looksTheSame = this.#look(plan.skill) === asked.looks;
    if (looksTheSame && (await this.#gate.isStillActive(plan.skill, asked.decided, journal))) return true;
    this.#kept.clear();
    return false;
  }

  /** Before anything is asked: what is asked then is as old as this. */
  asking(skill: Pick<ResolvedSkill, "skillId" | "version">): Asked {
    return { at: performance.now(), looks: this.#look(skill), decided: this.#gate.chain.decided };
  }

  keep(request: Question, call: Call, known: KnownPlan): void {
    // Of one that needs somebody's yes more is asked than how files look.
    if (known.asked.looks === undefined || known.plan.decision.kind !== "allowed") return;
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
    // Any input is the same question.
    const plan = { ...known.plan, input: NO_INPUT };
    this.#kept.set(nameOf(request, call), { ...known, plan, now: call.now });
  }
}

/** All of a question but its input, its moment, and its session: that one says whose yes is good for it, and here nobody's is needed. */
const nameOf = ({ tool, exactly, skillId, version, surface, maxFuel }: Question, { principal }: Call): string =>
  JSON.stringify([tool, exactly, skillId, version, surface, String(maxFuel), principal]);
