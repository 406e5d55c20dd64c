import type { Manifest } from "palyra-skills/manifest";
import type { SecretKey } from "../installed/index.ts";
import type { Home } from "./home.ts";

/** Spec 11.3: what is declared and not held, in manifest order; a key with `*` can never be held. As it is now; what the vault throws. */
export async function missingSecrets(
  { holdsSecret }: Pick<Home, "holdsSecret">,
  manifest: Manifest,
): Promise<readonly SecretKey[]> {
  const declared = manifest.capabilities.secrets.flatMap(({ scope, key_names }) => key_names.map((key) => ({ scope, key })));
  const missing: SecretKey[] = [];
  for (const { scope, key } of declared) if (key.includes("*") || !(await holdsSecret(scope, key))) missing.push({ scope, key });
  return missing;
}
