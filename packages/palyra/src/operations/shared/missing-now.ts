import type { Manifest } from "palyra-skills/manifest";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import type { InstalledEntry } from "../../installed/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { missingSecrets } from "../../lifecycle/index.ts";

/**
 * A record with the secrets that are missing now, in place of those that were when it was installed (spec 11.3). They decide nothing, so a
 * vault that cannot be opened stops nobody: then the recorded ones stay, and that is said.
 */
export async function withMissingNow(
  home: Home,
  entry: InstalledEntry,
  manifest: Manifest,
  call: Pick<Call, "warn">,
): Promise<InstalledEntry> {
  try {
    return { ...entry, missing_secrets: await missingSecrets(home, manifest) };
  } catch (error) {
    if (!(error instanceof PalyraError) || !PASSABLE.includes(error.code)) throw error;
    call.warn("the vault cannot be opened, so the missing secrets are those of the install");
    return entry;
  }
}

const PASSABLE: readonly string[] = ["VaultUnavailable", "UnsafeStateRoot", "Io"];
