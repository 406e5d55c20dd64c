import { lstat } from "node:fs/promises";
import { engineBlocks } from "palyra-skills/audit";
import { toHex } from "palyra-skills/encoding";
import { compareVersions } from "palyra-skills/manifest";
import { checkOwner } from "palyra-skills/trust";
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import { ifThere, io } from "../files/index.ts";
import { currentOf, skillsFolder, versionsOf } from "../installed/index.ts";
import type { TrustDocuments, TrustEdit } from "../trust/index.ts";
import { checkCooldown, checkJump } from "./fresh.ts";
import type { Home } from "./home.ts";
import type { Compared, Evaluated, Ground, InstallLook } from "./install-look.ts";
import { stepNames } from "./plan.ts";
import { ACCEPT_WIDENING, entryOf, planInstall } from "./plan-install.ts";
import { highestEver, isInstalled, lookStanding, statusBasis } from "./standing.ts";
import { predecessor, statusAtInstall } from "./statuses.ts";
import { activeOfOthers, checkToolIds } from "./tools.ts";

/** Spec 5.2: compared with what is installed (5, 4.4). Nothing of an artifact that the audit refuses is compared. */
export async function compare(home: Home, evaluated: Evaluated, call: Call): Promise<InstallLook> {
  if (evaluated.admitted === undefined) return { ...evaluated, ...UNCOMPARED, steps: [] };
  const { skill_id, publisher, entrypoints } = evaluated.artifact.manifest;
  await checkPlace(home, skill_id);
  const ground: Ground = {
    index: evaluated.index,
    trust: evaluated.trust,
    standing: await lookStanding(home, skill_id),
  };
  const compared = compareWith(ground, evaluated);
  await checkCooldown(home, evaluated, call);
  checkEngine(home, evaluated);
  if (compared.status.status === "active") {
    const offer = { skill_id, publisher, toolIds: entrypoints.tools.map((tool) => tool.id) };
    await checkToolIds(home, offer, activeOfOthers(ground.index, ground.standing, offer));
  }
  const look = { ...evaluated, ...compared };
  return { ...look, steps: stepNames(planInstall(home, look, ground, entryOf(look, call), call)) };
}

/** Pure; throws `AlreadyInstalled`, `OwnerChangeRefused`, `DowngradeRefused`, `VersionJumpRefused`. */
function compareWith(ground: Ground, evaluated: Evaluated): Compared {
  const { index, trust, standing } = ground;
  const { request, artifact } = evaluated;
  const { skill_id, version, publisher } = artifact.manifest;
  if (isInstalled(index, skill_id, version)) throw new PalyraError("AlreadyInstalled", { skill_id, version });

  const owner = ownerOf(ground, skill_id);
  const ownerChanges = owner !== undefined && owner !== publisher;
  // Any trusted publisher could otherwise replace another's skill. Spec 3.4, T3.
  if (ownerChanges && !request.allowOwnerChange) throw new PalyraError("OwnerChangeRefused", { skill_id, owner, publisher });

  const highest = highestEver(index, skill_id, standing);
  const lower = highest !== undefined && compareVersions(version, highest) < 0;
  // By no route, a removal before it included: the way around a quarantine or a fix. Spec 5, D7, T8, T31.
  if (lower && !request.allowDowngrade)
    throw new PalyraError("DowngradeRefused", { skill_id, requested: version, current: highest });

  // By no route here either: a removal before it leads round nothing.
  checkJump(request.policy, evaluated, currentOf(index, skill_id)?.version ?? standing.lastCurrent);

  const from = predecessor(index, skill_id, standing);
  const own = standing.status(skill_id, version);
  return {
    previousVersion: currentOf(index, skill_id)?.version,
    status: statusAtInstall(own, from === undefined ? undefined : { version: from, status: standing.status(skill_id, from) }),
    allowed: [
      ...(evaluated.trusted.pin === undefined ? [] : ["allow_untrusted"]),
      ...(lower ? ["allow_downgrade"] : []),
      ...(ownerChanges ? ["allow_owner_change"] : []),
      ...(request.acceptWidening && evaluated.difference.widening.length > 0 ? [ACCEPT_WIDENING] : []),
    ],
    edits: trustEdits(trust, evaluated),
    basis: basisOf(ground, evaluated),
  };
}

const UNCOMPARED: Compared = {
  previousVersion: undefined,
  status: { status: "quarantined", known: false },
  allowed: [],
  edits: [],
  basis: "",
};

/** As recorded; of what another program installed, the publisher of what is there. */
function ownerOf({ index, trust }: Ground, skillId: string): string | undefined {
  return trust.constraints.owners.get(skillId) ?? (currentOf(index, skillId) ?? versionsOf(index, skillId).at(-1))?.publisher;
}

/** What a completed install changes in the trust files: the keys that were named, the pin, the owner (T5, T3). */
function trustEdits(trust: TrustDocuments, { request, trusted, artifact }: Evaluated): readonly TrustEdit[] {
  const { publisher, skill_id } = artifact.manifest;
  const edits: TrustEdit[] = request.trusted
    .filter(({ publisher: named, key }) => trust.store.trusted.get(named)?.includes(key) !== true)
    .map((each) => ({ do: "add", ...each }));
  if (trusted.pin !== undefined) edits.push({ do: "pin_first", publisher, key: trusted.pin.publicKey });
  if (checkOwner(trust.constraints, skill_id, publisher).kind !== "own") edits.push({ do: "own", publisher, skill_id });
  return edits;
}

/** Everything of the ground that the comparison and the decisions before it looked at, as a text. */
export function basisOf({ index, trust, standing }: Ground, { artifact }: Evaluated): string {
  const { skill_id, version, publisher } = artifact.manifest;
  const own = versionsOf(index, skill_id);
  const known = [version, ...own.map((entry) => entry.version), ...standing.everInstalled];
  const others = activeOfOthers(index, standing, { skill_id, publisher });
  return JSON.stringify({
    key: toHex(artifact.publicKey),
    trusted: trust.store.trusted.get(publisher) ?? null,
    pinned: trust.store.pinned.get(publisher) ?? null,
    constraints: { ...trust.constraints, owners: trust.constraints.owners.get(skill_id) ?? null, registry_keys: null },
    related: [...trust.store.trusted.keys(), ...trust.store.pinned.keys(), ...trust.constraints.owners.values()].filter(
      (other) => other.startsWith(`${publisher}.`) || publisher.startsWith(`${other}.`),
    ),
    own: own.map((entry) => [entry.version, entry.publisher, entry.current, entry.artifact_sha256]),
    statuses: known.map((each) => statusBasis(standing, skill_id, each)),
    last_current: standing.lastCurrent ?? null,
    others: others.map((entry) => [entry.skill_id, entry.version, entry.artifact_sha256]),
  });
}

/** Something that is no folder at the skill's place would be written through or over. T41. */
async function checkPlace(home: Home, skillId: string): Promise<void> {
  const place = skillsFolder(home.places.skillsRoot).skill(skillId);
  const found = await ifThere(() => io("read", place, () => lstat(place)));
  if (found !== undefined && !found.isDirectory())
    throw new PalyraError("UnsafeInstallName", { name: skillId, problem: "something that is no folder has that name" });
}

/** Spec 4.5: nothing is wrong with it, but this engine cannot run it. */
function checkEngine(home: Home, { report, artifact }: Evaluated): void {
  const blocks = engineBlocks(report);
  if (blocks.length === 0) return;
  const { skill_id, version } = artifact.manifest;
  const features = [...new Set(blocks.flatMap((block) => block.missing_features))];
  throw new PalyraError("EngineUnsupported", { skill_id, version, features, engine: home.platform.engine });
}
