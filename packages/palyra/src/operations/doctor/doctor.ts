import * as v from "valibot";
import { flag } from "../field.ts";
import { operation } from "../operation.ts";
import { atPlace } from "../wording/at-place.ts";
import { examine } from "./examine.ts";
import type { Finding } from "./finding.ts";
import { repair } from "./repair.ts";

/** Issue 4 names the command and no answer: this one is ours. */
export interface StateDoctorDocument {
  readonly state_root: string;
  readonly skills_root: string;
  /** The worst of the findings. */
  readonly status: Finding["level"];
  readonly findings: readonly Finding[];
  /** What `--fix` mended: as it was found. */
  readonly fixed: readonly Finding[];
  readonly checked_at_unix_ms: number;
}

export const doctor = operation({
  input: v.strictObject({ fix: flag("Mend what can be mended without losing or deciding anything") }),
  places: ["skillsDir", "trustStore"],
  examples: ["doctor", "doctor --fix", "doctor --json"],
  notes:
    "Looks at the state root, its permissions and room, index, folders, artifacts, journal, vault, trust store, daemon and Node. Without --fix it writes nothing at all. --fix mends modes, finishes or clears away what an interrupted command left, writes audit.ndjson anew from the journal, and removes a dead daemon's file; it never accepts a change of trust, journal or artifacts. Ends with 1 when a problem remains.",
  errors: ["Io", "LockTimeout"],
  run: async (services, { fix }, call): Promise<StateDoctorDocument> => {
    const { stateRoot, skillsRoot } = services.home.places;
    const { value, from } = services.settings.stateRoot;
    const typed = (each: Finding): Finding =>
      each.advice === null || from !== "--state-root" ? each : { ...each, advice: atPlace(each.advice, value) };
    const first = await examine(services, call);
    const failed = fix ? await repair(services, first, call) : [];
    const then = fix ? (await examine(services, call)).findings : first.findings;
    const findings = [...then, ...failed].map(typed);
    return {
      state_root: stateRoot,
      skills_root: skillsRoot,
      status: worst(findings),
      findings,
      fixed: fix ? first.findings.filter((each) => each.fixable && !then.some((left) => isSame(left, each))) : [],
      checked_at_unix_ms: call.now,
    };
  },
  failed: ({ status }) => status === "problem",
});

function worst(findings: readonly Finding[]): Finding["level"] {
  const has = (level: Finding["level"]): boolean => findings.some((each) => each.level === level);
  return has("problem") ? "problem" : has("warning") ? "warning" : "ok";
}

const isSame = (one: Finding, other: Finding): boolean => one.id === other.id && one.where === other.where && one.level !== "ok";
