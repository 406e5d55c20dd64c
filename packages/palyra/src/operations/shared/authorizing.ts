/** What decides about launches, made of a home and its settings (spec 10, step 2; 10.5). */
import type { AuditPolicy } from "palyra-skills/audit";
import type { Call } from "../../call.ts";
import { AuthorizationRecords, type AuthorizePorts, namesOf, RunGate, type ToolPorts } from "../../execution/index.ts";
import { fileMark } from "../../files/index.ts";
import { readInstalled, skillsFolder } from "../../installed/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { holdsLaunchVerdict, launchGround, nameForModel, readFeedKey } from "../../lifecycle/index.ts";
import { openInstalled } from "../../lifecycle/open-installed.ts";
import { keptPolicies } from "../../policy/index.ts";
import type { Services } from "../services.ts";
import { keepApproval } from "./authorization-writes.ts";
import { readPolicy } from "./policy.ts";
import { gatePorts } from "./run-gate.ts";
import { withScanning } from "./scanning.ts";
import { sealedPlaces } from "./sealed-places.ts";

/** One a process: it keeps what it has walked, parsed and verified. */
export interface Authorizing {
  readonly gate: RunGate;
  readonly tools: ToolPorts & Pick<Home, "newUlid">;
  readonly ports: AuthorizePorts;
}

export async function authorizingOf(services: Services): Promise<Authorizing> {
  const { home, settings } = services;
  const tools = { ...gatePorts(home), open: openingOnce(home), nameForModel };
  return {
    gate: new RunGate(tools),
    tools,
    ports: {
      platform: home.platform,
      policies: keptPolicies(settings.authorizationPolicy.value, home.platform),
      records: new AuthorizationRecords(await sealedPlaces(home), home.platform),
      hasVerdict: verdictLook(services),
      keepApproval: (approval, call) => keepApproval(home, approval, call),
    },
  };
}

/** The bytes are read and hashed each time (T1); what was verified of the same bytes is verified. */
function openingOnce(home: Home): ToolPorts["open"] {
  const kept = new Map<string, Awaited<ReturnType<ToolPorts["open"]>>>();
  return async (entry) => {
    const known = kept.get(entry.artifact_sha256);
    if (known !== undefined && isOf(known.manifest, entry)) {
      const cached = await readInstalled(home.places.skillsRoot, entry, home.platform);
      if (cached.state === "intact") return known;
    }
    const opened = await openInstalled(home, entry);
    kept.delete(entry.artifact_sha256);
    kept.set(entry.artifact_sha256, opened);
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return opened;
  };
}

/** Artifacts whose contents stay in memory. */
const MOST_KEPT = 32;

type Named = { readonly skill_id: string; readonly version: string; readonly publisher: string };
const isOf = (manifest: Named, entry: Named): boolean =>
  manifest.skill_id === entry.skill_id && manifest.version === entry.version && manifest.publisher === entry.publisher;

/** Milliseconds for which what verdicts rest on is believed to be the same: policy and feed are read again after that. */
const GROUND_MS = 1000;

function verdictLook({ home, settings, runtime }: Services): AuthorizePorts["hasVerdict"] {
  let ground: { readonly at: number; readonly text: string } | undefined;
  let kept: { readonly ground: string; readonly mark: string | undefined; readonly held: Set<string> } | undefined;
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
    const mark = fileMark(skillsFolder(home.places.skillsRoot).passed);
    if (kept === undefined || kept.ground !== now || kept.mark !== mark) kept = { ground: now, mark, held: new Set() };
    const { held } = kept;
    const name = `${skill.skillId} ${skill.version} ${skill.artifactSha256}`;
    if (held.has(name)) return true;
    const holds = await holdsLaunchVerdict(home, now, namesOf(skill));
    if (holds) held.add(name);
    return holds;
  };
}
