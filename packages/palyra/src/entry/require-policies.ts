import type { Home } from "../lifecycle/index.ts";
import { namedBy } from "../operations/shared/named-by.ts";
import type { Settings } from "../settings.ts";

/** The operator's policies by which tools are let start, before anything is served: one that is not valid opens nothing (spec 10.5). `PolicyInvalid`, `Io`. */
export async function requirePolicies(
  { authorizationPolicy: named }: Settings,
  { platform }: Pick<Home, "platform">,
): Promise<void> {
  if (named.value === undefined) return;
  const { readPolicies } = await import("../policy/index.ts");
  await namedBy(named, () => readPolicies(named.value, platform));
}
