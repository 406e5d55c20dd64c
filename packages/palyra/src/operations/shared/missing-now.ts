import type { Manifest } from "palyra-skills/manifest";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import type { InstalledEntry } from "../../installed/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { missingSecrets } from "../../lifecycle/index.ts";

/**
 * A record with the secrets that are missing now, in place of those that were when it was installed (spec 11.3). They decide nothing, so a
 * vault that cannot be opened stops nobody: then the recorded ones stay, and that is said. Without a manifest, as of an artifact that is
 * damaged, the recorded ones are looked at alone.
 */
export async function withMissingNow(
  home: Home,
  entry: InstalledEntry,
  manifest: Manifest | undefined,
  call: Pick<Call, "warn">,
): Promise<InstalledEntry> {
  try {
    return {
      ...entry,
      missing_secrets: await (manifest === undefined ? stillMissing(home, entry) : missingSecrets(home, manifest)),
    };
  } catch (error) {
    if (!(error instanceof PalyraError) || !PASSABLE.includes(error.code)) throw error;
    call.warn("the vault cannot be opened, so the missing secrets are those of the install");
    return entry;
  }
}

async function stillMissing(
  { holdsSecret }: Home,
  { missing_secrets }: InstalledEntry,
): Promise<InstalledEntry["missing_secrets"]> {
  const missing: InstalledEntry["missing_secrets"][number][] = [];
  for (const each of missing_secrets)
    if (each.key.includes("*") || !(await holdsSecret(each.scope, each.key))) missing.push(each);
  return missing;
}

const PASSABLE: readonly string[] = ["VaultUnavailable", "UnsafeStateRoot", "Io"];
