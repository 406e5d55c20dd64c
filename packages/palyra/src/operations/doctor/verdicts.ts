/** Skills that may run and do not: a launch audits nothing, and no audit that passed is kept of them (spec 10, step 2). No list shows their tools. */
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import type { InstalledEntry } from "../../installed/index.ts";
import type { Services } from "../services.ts";
import { verdictLookBy } from "../shared/launch-verdict.ts";
import { readPolicy } from "../shared/policy.ts";
import { withScanning } from "../shared/scanning.ts";
import { untouchedRecords } from "./authorization.ts";
import { bounded, type Finding, findingOf, ok, warning } from "./finding.ts";

const ID = "launch_verdicts";

/** @param active those that are current and may run by their status */
export async function lookVerdicts(
  services: Services,
  active: readonly InstalledEntry[],
  call: Call,
): Promise<readonly Finding[]> {
  const { home, runtime, settings } = services;
  // A feed that is opened may write its index beside it: `skills check` tells of one, and nothing is written here.
  if (active.length === 0 || settings.vulnerabilityFeed.value !== undefined) return [];
  const untouched = { home: { ...home, records: untouchedRecords(home.records) }, runtime };
  try {
    const policy = await readPolicy(settings);
    const missing = await withScanning(settings, call, async (scanning) => {
      const holds = verdictLookBy(untouched, { policy, ...scanning }, call);
      const without: InstalledEntry[] = [];
      for (const entry of active) if ((await holds(entry)) === false) without.push(entry);
      return without;
    });
    if (missing.length === 0) return [ok(ID, "an audit that passed is kept of each skill that may run")];
    return bounded(missing.map(finding));
  } catch (error) {
    if (!(error instanceof PalyraError)) throw error;
    return [findingOf(ID, error)];
  }
}

const finding = ({ skill_id, version }: InstalledEntry): Finding =>
  warning(ID, `no tool of ${skill_id} ${version} starts or is listed: no audit that passed is kept of it as it is now`, {
    where: `${skill_id} ${version}`,
    advice: `palyra skills audit ${skill_id} --version ${version}`,
  });
