/** What an operator has granted to a skill that goes: it is his, and goes by no removal. */
import { existsSync } from "node:fs";
import { skillsFolder } from "../../installed/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { isEmptyGrant } from "../../policy/index.ts";
import { listed, safe } from "../wording/safe.ts";
import { readGrants } from "./authorization-writes.ts";

/** A line; undefined where nothing is granted, or the record of it cannot be read: no removal waits for that. */
export async function grantsLeft(home: Home, skillId: string): Promise<string | undefined> {
  // A vault is opened, or made, for nothing that is not there.
  if (!existsSync(skillsFolder(home.places.skillsRoot).grants)) return undefined;
  const granted = await readGrants(home).then(
    (all) => all.get(skillId),
    () => undefined,
  );
  if (granted === undefined || isEmptyGrant(granted)) return undefined;
  const folders = granted.roots.map(({ folder }) => folder);
  const roots =
    folders.length === 0
      ? ""
      : `, and so do the folders that were granted as roots, with what is in them (${listed(folders, 3)})`;
  return `what was granted to ${safe(skillId)} stays for a version that is installed later${roots}; to take it back: palyra skills grant remove ${safe(skillId)} --all`;
}
