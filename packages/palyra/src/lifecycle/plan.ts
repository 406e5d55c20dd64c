/**
 * What a change of the managed directory is made of: named, repeatable steps with all their data. The same list is the dry run, the
 * intent record (`.pending.json`) and the list of points at which the tests kill the process (spec 5.2).
 */
import { resolve } from "node:path";
import type { Call } from "../call.ts";
import type { InstalledIndex } from "../installed/index.ts";
import type { NewEvent } from "../journal/index.ts";
import type { TrustEdit } from "../trust/index.ts";
import type { Home } from "./home.ts";

export type PlanKind = "install" | "remove" | "use" | "trust" | "verify";

export interface Plan {
  /** Names the plan's places in `.staging`. */
  readonly ulid: string;
  readonly kind: PlanKind;
  /** In the order in which they are walked. */
  readonly steps: readonly Step[];
}

/** A step done twice is a step done once. Paths are absolute, and those of the home: whoever was given others does not finish the plan. */
export type Step =
  /** The folder `.staging/<ulid>` becomes the version's. */
  | { readonly do: "place_version"; readonly skill_id: string; readonly version: string }
  | { readonly do: "change_trust"; readonly trust_store: string; readonly edits: readonly TrustEdit[] }
  | { readonly do: "write_index"; readonly index: InstalledIndex }
  /** The version's folder leaves its place. */
  | { readonly do: "discard_version"; readonly skill_id: string; readonly version: string }
  /** One transaction of the journal. */
  | {
      readonly do: "record";
      readonly journal: string;
      readonly statuses: readonly StatusEdit[];
      /** At least one; its presence in the journal says that the step is done. */
      readonly events: readonly NewEvent[];
      /** What happens besides where the pin of this plan contradicts the trust store by now. */
      readonly on_conflict?: { readonly status: StatusEdit; readonly event: NewEvent };
    }
  /** The events' lines reach `audit.ndjson`. */
  | { readonly do: "project"; readonly journal: string };

export type StepName = Step["do"];

/**
 * A change of `skill_status`, decided inside the transaction: statuses change without the root lock. `event_ulid`: of the status event
 * that is written where the status changes.
 */
export type StatusEdit = StatusSubject &
  (
    | /** As `inherit`; and a row where none is (D1). */ {
        readonly do: "register";
        readonly from: string | null;
        readonly event_ulid: string;
      }
    /** At least as restrictive as the version `from`, unless a person enabled it since (T31). */
    | { readonly do: "inherit"; readonly from: string; readonly event_ulid: string }
    /** At least `disabled`. */
    | { readonly do: "disable"; readonly reason: string; readonly event_ulid: string }
    | { readonly do: "quarantine"; readonly reason: string }
  );

interface StatusSubject {
  readonly skill_id: string;
  readonly version: string;
  readonly operator_principal: string;
  /** Milliseconds. */
  readonly at_ms: number;
}

/** Spec 5.2: the names of all that committing walks, for a dry run. */
export function stepNames(plan: Plan): readonly string[] {
  const stage = plan.steps.some((step) => step.do === "place_version") ? ["stage"] : [];
  return [...stage, "write_intent", ...plan.steps.map((step) => step.do), "clear_intent"];
}

/** The two steps with which every plan ends. */
export function recordSteps(home: Home, record: Omit<Extract<Step, { do: "record" }>, "do" | "journal">): readonly Step[] {
  const journal = resolve(home.places.journal);
  return [
    { do: "record", journal, ...record },
    { do: "project", journal },
  ];
}

/** The version that becomes current inherits from the one that it replaces (spec 5, T31). */
export function inheritFrom(home: Home, call: Call, from: string, { skill_id, version }: VersionOfSkill): StatusEdit {
  const event_ulid = home.newUlid(call.now);
  return { do: "inherit", skill_id, version, from, operator_principal: call.principal, at_ms: call.now, event_ulid };
}

interface VersionOfSkill {
  readonly skill_id: string;
  readonly version: string;
}
