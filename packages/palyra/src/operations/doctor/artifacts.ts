/** Artifacts that are not what was installed, as far as `skills list` sees it: what it does not know by size and time is opened. */
import { type InstalledEntry, skillsFolder, summariesOf, summaryOf } from "../../installed/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { openInstalled } from "../../lifecycle/open-installed.ts";
import { bounded, type Finding, findingOf } from "./finding.ts";

/** @param entries whose artifacts are there */
export async function lookArtifacts(home: Home, entries: readonly InstalledEntry[]): Promise<readonly Finding[]> {
  const { skillsRoot } = home.places;
  const findings: Finding[] = [];
  const summarise = async (entry: InstalledEntry) => {
    try {
      return summaryOf((await openInstalled(home, entry)).manifest);
    } catch (error) {
      const where = skillsFolder(skillsRoot).artifact(entry.skill_id, entry.version);
      findings.push(findingOf("damaged_artifact", error, where));
      return undefined;
    }
  };
  await summariesOf(skillsRoot, entries, summarise, "never");
  return bounded(findings);
}
