/** What decides about launches, made of a home and its settings (spec 10, step 2; 10.5). */
import type { AuditPolicy } from "palyra-skills/audit";
import type { Call } from "../../call.ts";
import {
  AuthorizationRecords,
  type AuthorizePorts,
  type LookAtGround,
  namesOf,
  RunGate,
  ToolNames,
  type ToolPorts,
} from "../../execution/index.ts";
import { Kept, looksOf } from "../../files/index.ts";
import { type InstalledEntry, skillsFolder } from "../../installed/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { holdsLaunchVerdict, launchGround, nameForModel, readFeedKey } from "../../lifecycle/index.ts";
import { openInstalled } from "../../lifecycle/open-installed.ts";
import { trustPlace } from "../../lifecycle/trust-place.ts";
import { keptPolicies } from "../../policy/index.ts";
import { trustFiles } from "../../trust/index.ts";
import { vaultFiles } from "../../vault/index.ts";
import type { Services } from "../services.ts";
import { keepApproval } from "./authorization-writes.ts";
import { namedBy } from "./named-by.ts";
import { readPolicy } from "./policy.ts";
import { gatePorts } from "./run-gate.ts";
import { withScanning } from "./scanning.ts";
import { sealedPlaces } from "./sealed-places.ts";

/** One a process: it keeps what it has walked, parsed and verified. */
export interface Authorizing {
  readonly gate: RunGate;
  readonly tools: ToolPorts & Pick<Home, "newUlid">;
  readonly ports: AuthorizePorts;
  /** At index, artifact, trust, verdicts, policies, grants, approvals, and the vault, which says what counts of them. */
  readonly look: LookAtGround;
}

export async function authorizingOf(services: Services): Promise<Authorizing> {
  const { home, settings } = services;
  const tools = {
    ...gatePorts(home),
    open: openingOnce(home),
    nameForModel,
    names: new ToolNames(nameForModel),
    // Of a damaged skill alone: no run loads for it what compares manifests.
    installedToolIds: async (entry: InstalledEntry) =>
      (await import("../../lifecycle/consented.ts")).installedToolIds(home, entry),
  };
  const policies = keptPolicies(settings.authorizationPolicy.value, home.platform);
  let policyFiles: readonly string[] = [];
  const folder = skillsFolder(home.places.skillsRoot);
  const trust = trustFiles(trustPlace(home).file);
  const named = settings.authorizationPolicy.value;
  const { secrets } = vaultFiles(settings.vaultDir.value);
  const decided = [folder.index, folder.passed, folder.grants, folder.approvals, trust.store, trust.constraints, secrets];
  const files = named === undefined ? decided : [...decided, named];
  return {
    gate: new RunGate(tools),
    tools,
    ports: {
      platform: home.platform,
      policies: async () => {
        const found = await namedBy(settings.authorizationPolicy, policies);
        policyFiles = found.files;
        return found;
      },
      records: new AuthorizationRecords(await sealedPlaces(home), home.platform),
      hasVerdict: verdictLook(services),
      keepApproval: (approval, call) => keepApproval(home, approval, call),
    },
    look: ({ skillId, version }) => looksOf([...files, folder.artifact(skillId, version), ...policyFiles]),
  };
}

/** What was read, hashed and verified, while the file is the same and the index says the same of it (T1). */
function openingOnce(home: Home): ToolPorts["open"] {
  const kept = new Map<string, Kept<ReturnType<ToolPorts["open"]>>>();
  return (entry) => {
    const { skill_id, version, publisher, artifact_sha256 } = entry;
    const file = skillsFolder(home.places.skillsRoot).artifact(skill_id, version);
    const known = kept.get(file) ?? new Kept();
    // What was used last is last.
    kept.delete(file);
    kept.set(file, known);
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return known.get([file], `${skill_id} ${version} ${publisher} ${artifact_sha256}`, () => openInstalled(home, entry));
  };
}

/** Artifacts whose contents stay in memory. */
const MOST_KEPT = 32;

/** Milliseconds for which what verdicts rest on is believed to be the same: policy and feed are read again after that. */
const GROUND_MS = 1000;

function verdictLook({ home, settings, runtime }: Services): AuthorizePorts["hasVerdict"] {
  let ground: { readonly at: number; readonly text: string } | undefined;
  const { passed } = skillsFolder(home.places.skillsRoot);
  const kept = new Kept<Set<string>>();
  const groundNow = async (call: Call): Promise<string> => {
    if (ground !== undefined && performance.now() - ground.at < GROUND_MS) return ground.text;
    const policy: AuditPolicy = await readPolicy(settings);
    const text = await withScanning(
      settings,
      call,
      (scanning) => launchGround(home, { policy, ...scanning, code: runtime.code }, call.now),
      () => readFeedKey(home),
    );
    ground = { at: performance.now(), text };
    return text;
  };
  return async (skill, call) => {
    const now = await groundNow(call);
    const held = kept.get([passed], now, () => new Set());
    const name = `${skill.skillId} ${skill.version} ${skill.artifactSha256}`;
    if (held.has(name)) return true;
    const holds = await holdsLaunchVerdict(home, now, namesOf(skill));
    if (holds) held.add(name);
    return holds;
  };
}
