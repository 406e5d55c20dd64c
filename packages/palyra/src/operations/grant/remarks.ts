/** What of a grant changes nothing as the skill is now. It is kept all the same: the skill may be installed, or ask for it, later. */
import { capabilityGrants } from "palyra-skills/capability";
import type { Manifest } from "palyra-skills/manifest";
import { isRefusal } from "../../errors.ts";
import { checkMappedRoot, isPrivateHost } from "../../execution/index.ts";
import { readIndex } from "../../installed/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { openInstalled } from "../../lifecycle/open-installed.ts";
import type { SkillGrants } from "../../policy/index.ts";
import type { Services } from "../services.ts";
import { problemOf } from "../shared/inventory.ts";
import { guardedPlaces } from "../shared/root-places.ts";
import { shellWord } from "../wording/at-place.ts";

/** Of origins that are never public: a plain `--origin` opens none of them (T37). */
export const originRemarks = ({ hosts }: SkillGrants): readonly string[] =>
  hosts
    .filter(({ host, private_addresses }) => !private_addresses && isPrivateHost(host))
    .map(originOf)
    .map(
      (origin) =>
        `--origin ${origin} opens nothing: its address is of this machine or of no public network, which --private-origin ${shellWord(origin)} alone opens`,
    );

const originOf = ({ host, port, plain_http }: SkillGrants["hosts"][number]): string =>
  new URL(`${plain_http ? "http" : "https"}://${host}:${port}`).origin;

/** Roots that lie nowhere yet, and secrets that are not stored: a call that needs one ends with an error, or goes without. `UnsafeStateRoot` (T23). */
export async function placeRemarks(services: Services, skillId: string, granted: SkillGrants): Promise<readonly string[]> {
  const { home } = services;
  const said: string[] = [];
  const places = { stateRoot: home.places.stateRoot, skillId, guarded: guardedPlaces(services) };
  for (const { root: name, folder: mappedTo } of granted.roots) {
    try {
      checkMappedRoot({ name, mappedTo }, places);
    } catch (error) {
      if (!isRefusal(error, "Io")) throw error;
      said.push(`no tool of ${skillId} starts as it is now: ${(await problemOf(error)).message}`);
    }
  }
  for (const name of secretNames(granted)) {
    const [scope = "", key = ""] = name.split("/");
    // A vault that is shut stops no grant.
    const isMissing = await home.holdsSecret(scope, key).then(
      (held) => !held,
      () => false,
    );
    if (isMissing) said.push(`no secret ${name} is stored yet: palyra secrets set ${shellWord(scope)} ${shellWord(key)}`);
  }
  return said;
}

export async function grantRemarks(home: Home, skillId: string, granted: SkillGrants): Promise<readonly string[]> {
  try {
    const { entries } = await readIndex(home.places.skillsRoot);
    const entry = entries.find(({ skill_id, current }) => current && skill_id === skillId);
    if (entry === undefined)
      return [`no skill ${skillId} is installed here: the grant waits for one of that id, whoever publishes it`];
    const { manifest } = await openInstalled(home, entry);
    return remarksOn(manifest, `${skillId} ${entry.version}`, granted);
  } catch (error) {
    return [`whether ${skillId} declares what is granted is not known: ${(await problemOf(error)).message}`];
  }
}

function remarksOn(manifest: Manifest, skill: string, { roots, global_keys, inserts, limits }: SkillGrants): readonly string[] {
  const { filesystem, quotas } = manifest.capabilities;
  const declaredRoots: ReadonlySet<string> = new Set([...filesystem.read_roots, ...filesystem.write_roots]);
  const secrets: ReadonlySet<string> = new Set(capabilityGrants(manifest).secret_keys);
  const above = (option: string, limit: bigint | number | undefined, own: bigint | number): readonly string[] =>
    limit === undefined || BigInt(limit) <= BigInt(own)
      ? []
      : [`--${option} ${limit} lowers nothing: the manifest of ${skill} allows no more than ${own}`];
  return [
    ...roots
      .filter(({ root }) => !declaredRoots.has(root))
      .map(({ root }) => `${skill} declares no root ${root}: ${listOf("it has", [...declaredRoots])}`),
    ...secretNames({ global_keys, inserts })
      .filter((name) => !secrets.has(name))
      .map((name) => `${skill} declares no secret ${name}: ${listOf("it declares", [...secrets])}`),
    ...above("max-fuel", limits.fuel, quotas.fuel_budget),
    ...above("max-memory", limits.memory_bytes, quotas.max_memory_bytes),
    ...above("max-wall-ms", limits.wall_ms, quotas.wall_clock_timeout_ms),
  ];
}

/** Each once, whether it is to be read or inserted. */
const secretNames = ({ inserts, global_keys }: Pick<SkillGrants, "inserts" | "global_keys">): readonly string[] => [
  ...new Set([...inserts.map(({ secret }) => secret), ...global_keys.map((key) => `global/${key}`)]),
];

const listOf = (verb: string, names: readonly string[]): string =>
  names.length === 0 ? `${verb} none, and is given none` : `${verb} ${names.join(", ")}`;
