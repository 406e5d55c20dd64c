/** Whether what a person said yes to is still what there is (spec 10.5): an approval of something else lets nothing start. */
import type { Call } from "../../call.ts";
import { type InstalledEntry, readIndex } from "../../installed/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { openInstalled } from "../../lifecycle/open-installed.ts";
import {
  type Approval,
  type ApprovalSubject,
  type GrantsOfSkills,
  grantTexts,
  NO_GRANTS,
  readPolicies,
} from "../../policy/index.ts";
import type { Services } from "../services.ts";
import { readGrants } from "./authorization-writes.ts";
import { problemOf } from "./inventory.ts";
import { namedBy } from "./named-by.ts";

/** What is another by now; `not_installed`: no version of the skill is here. */
export type ChangedPart = "not_installed" | "artifact" | "grants" | "policies";

export interface ListedApproval extends Approval {
  /** Null: not known. */
  readonly fits: boolean | null;
  readonly changed: readonly ChangedPart[];
}

export function changedParts(
  kept: ApprovalSubject,
  now: Pick<ApprovalSubject, "artifact_sha256" | "grants" | "policy_sha256">,
): readonly ChangedPart[] {
  return [
    ...(kept.artifact_sha256 === now.artifact_sha256 ? [] : (["artifact"] as const)),
    ...(kept.grants.join("\n") === now.grants.join("\n") ? [] : (["grants"] as const)),
    ...(kept.policy_sha256 === now.policy_sha256 ? [] : (["policies"] as const)),
  ];
}

/** Writes nothing. What cannot be looked at is warned of, and not known. */
export async function withFits(
  services: Services,
  approvals: readonly Approval[],
  call: Call,
): Promise<readonly ListedApproval[]> {
  if (approvals.length === 0) return [];
  try {
    const now = await lookNow(services);
    const listed: ListedApproval[] = [];
    for (const approval of approvals) {
      const changed = await changedNow(services.home, approval, now);
      listed.push({ ...approval, fits: changed.length === 0, changed });
    }
    return listed;
  } catch (error) {
    call.warn(`whether they still fit is not known: ${(await problemOf(error)).message}`);
    return approvals.map((approval) => ({ ...approval, fits: null, changed: [] }));
  }
}

interface Now {
  readonly entries: readonly InstalledEntry[];
  readonly grants: GrantsOfSkills;
  readonly policy_sha256: string;
  /** What each version may use, once it has been asked for; undefined: its artifact cannot be opened. */
  readonly opened: Map<InstalledEntry, readonly string[] | undefined>;
}

async function lookNow({ home, settings }: Services): Promise<Now> {
  const named = settings.authorizationPolicy;
  const { sha256: policy_sha256 } = await namedBy(named, () => readPolicies(named.value, home.platform));
  const { entries } = await readIndex(home.places.skillsRoot);
  return { entries, grants: await readGrants(home), policy_sha256, opened: new Map() };
}

async function changedNow(home: Home, approval: Approval, now: Now): Promise<readonly ChangedPart[]> {
  const versions = now.entries.filter(({ skill_id }) => skill_id === approval.skill_id);
  if (versions.length === 0) return ["not_installed"];
  // Any version can be named for a run; of the bytes of none, the current one tells what changed besides.
  const same = versions.find(({ artifact_sha256 }) => artifact_sha256 === approval.artifact_sha256);
  const entry = same ?? versions.find(({ current }) => current);
  const grants = entry === undefined ? undefined : await grantsOf(home, entry, now);
  const { policy_sha256 } = now;
  const artifact_sha256 = grants === undefined ? "" : (entry?.artifact_sha256 ?? "");
  return changedParts(approval, { artifact_sha256, grants: grants ?? approval.grants, policy_sha256 });
}

async function grantsOf(home: Home, entry: InstalledEntry, { grants, opened }: Now): Promise<readonly string[] | undefined> {
  if (!opened.has(entry)) {
    const granted = grants.get(entry.skill_id) ?? NO_GRANTS;
    opened.set(
      entry,
      await openInstalled(home, entry).then(
        ({ manifest }) => grantTexts(manifest, granted),
        () => undefined,
      ),
    );
  }
  return opened.get(entry);
}
