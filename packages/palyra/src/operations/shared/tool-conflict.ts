import type { Call } from "../../call.ts";
import { currentOf, readIndex } from "../../installed/index.ts";
import { foldId } from "../../journal/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { checkToolIds } from "../../lifecycle/index.ts";
import { openInstalled } from "../../lifecycle/open-installed.ts";
import { readStatuses } from "./inventory.ts";

/**
 * Enabling a skill offers its tools: refused where an active skill of another publisher offers one of the same name
 * (`ToolIdConflict`, spec 5, T27). What is not the current version offers nothing.
 */
export async function requireNoToolConflict(home: Home, skillId: string, version: string | undefined, call: Call): Promise<void> {
  const index = await readIndex(home.places.skillsRoot);
  // As the change of status takes the id: another spelling is no way around this (T4).
  const entry = currentOf(index, foldId(skillId));
  if (entry === undefined || (version !== undefined && version !== entry.version)) return;
  const statusOf = await readStatuses(home, call);
  const others = index.entries.filter(
    ({ skill_id, version, publisher, current }) =>
      current && publisher !== entry.publisher && statusOf(skill_id, version).status === "active",
  );
  if (others.length === 0) return;
  const { manifest } = await openInstalled(home, entry);
  const toolIds = manifest.entrypoints.tools.map(({ id }) => id);
  await checkToolIds(home, { skill_id: entry.skill_id, publisher: entry.publisher, toolIds }, others);
}
