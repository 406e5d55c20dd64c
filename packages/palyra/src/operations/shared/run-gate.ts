import { decideTrust } from "palyra-skills/trust";
import type { Call } from "../../call.ts";
import {
  type GatePorts,
  type LaunchPermit,
  type ResolvedSkill,
  RunGate,
  type RunRequest,
  recordStart,
} from "../../execution/index.ts";
import { KeptIndex, skillsFolder } from "../../installed/index.ts";
import { recordedHead } from "../../journal/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { recoverForReading } from "../../lifecycle/index.ts";
import { openInstalled } from "../../lifecycle/open-installed.ts";
import { keptDecidingTrust, trustPlace } from "../../lifecycle/trust-place.ts";
import { trustMark } from "../../trust/index.ts";

/** The gate of one home, for a program that runs skills (spec 10). Made once: it keeps the journal's chain as far as it has walked it. */
export interface HomeGate {
  /** Which bytes may run now: the installed version, verified, trusted, active. Writes nothing; nothing of it is to be kept for later. */
  resolveForRun(request: RunRequest, call: Call): Promise<ResolvedSkill>;
  /** Right before it starts, after all that takes long: looks again, and journals the start (T33). */
  recordStart(skill: ResolvedSkill, call: Call): Promise<LaunchPermit>;
}

export function gateOf(home: Home): HomeGate {
  const ports = gatePorts(home);
  const gate = new RunGate(ports);
  return {
    resolveForRun: (request, call) => gate.resolve(request, call),
    recordStart: (skill, call) => recordStart(gate, ports, skill, call),
  };
}

/** What the gate asks of a home; it keeps what it has read while that looks the same. */
export function gatePorts(home: Home): GatePorts & Pick<Home, "newUlid"> {
  const { skillsRoot, journal } = home.places;
  const index = new KeptIndex(skillsRoot);
  const decidingTrust = keptDecidingTrust(home);
  return {
    skillsRoot,
    journal,
    auditFile: skillsFolder(skillsRoot).audit,
    openJournal: home.openJournal,
    newUlid: home.newUlid,
    recordedHead: () => recordedHead(home.records, journal),
    readIndex: () => index.read(),
    prepare: (call) => recoverForReading(home, call),
    open: (entry) => openInstalled(home, entry),
    trustMark: () => trustMark(trustPlace(home)),
    decide: async (artifact, call) => {
      const { store, constraints } = await decidingTrust(call);
      return decideTrust(artifact, store, { allowFirstUse: false, constraints, now: call.now });
    },
  };
}
