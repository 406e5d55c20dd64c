import type { Call } from "../../call.ts";
import type { InstalledEntry } from "../../installed/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { changeStatus } from "../../lifecycle/index.ts";
import { readStatuses } from "./inventory.ts";

/** Installed bytes that are not what was installed stop their skill at once; the record stays what it is (spec 5.2, T12). */
export async function quarantineTampered(home: Home, { skill_id, version }: InstalledEntry, call: Call): Promise<void> {
  const statusOf = await readStatuses(home, call);
  if (statusOf(skill_id, version).status === "quarantined") return;
  await changeStatus(home, { skillId: skill_id, version, status: "quarantined", reason: "artifact_digest_mismatch" }, call);
  call.warn(`${skill_id} ${version} is quarantined now`);
}
