import { fromHex } from "palyra-skills/encoding";
import type { Platform } from "palyra-skills/platform";
import { keyId } from "palyra-skills/signature";
import type { KeyScope, TrustConstraints } from "palyra-skills/trust";
import { type InstalledEntry, readIndex } from "../../installed/index.ts";

/** An installed version that a key signed, by the id that its index names. */
export interface AffectedSkill {
  readonly skill_id: string;
  readonly version: string;
  readonly current: boolean;
}

/** The id of a key of 64 hex digits. */
export function keyIdOf(publicKey: string, platform: Platform): string {
  return keyId(fromHex(publicKey) ?? new Uint8Array(), platform);
}

/** Installed versions for which something holds, in the index's order. `IndexInvalid`, `Io`. */
export async function installedWhere(
  skillsRoot: string,
  holds: (entry: InstalledEntry) => boolean,
): Promise<readonly AffectedSkill[]> {
  const { entries } = await readIndex(skillsRoot);
  return entries.filter(holds).map(({ skill_id, version, current }) => ({ skill_id, version, current }));
}

/** What a key is limited to (spec 3.4). */
export interface ShownLimit {
  readonly skill_id_prefixes: readonly string[];
  readonly not_before_unix_ms: number | null;
  readonly not_after_unix_ms: number | null;
}

export function shownLimits({ keys }: TrustConstraints, publisher: string, publicKey: string): readonly ShownLimit[] {
  return keys.filter((scope) => scope.publisher === publisher && scope.public_key === publicKey).map(shownLimit);
}

export function shownLimit({ skill_id_prefixes, not_before_unix_ms, not_after_unix_ms }: KeyScope): ShownLimit {
  return {
    skill_id_prefixes,
    not_before_unix_ms: not_before_unix_ms ?? null,
    not_after_unix_ms: not_after_unix_ms ?? null,
  };
}
