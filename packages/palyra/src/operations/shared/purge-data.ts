import type { Call } from "../../call.ts";
import { removeSkillData } from "../../execution/index.ts";
import { versionsOf } from "../../installed/index.ts";
import { newEvent } from "../../journal/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { exclusively, projectNow } from "../../lifecycle/index.ts";

/** What a skill's tools have written, once no version of it is left; false: one is there again, or there was nothing. Journaled before it is done. */
export async function purgeData(home: Home, stateRoot: string, skillId: string, call: Call): Promise<boolean> {
  return exclusively(home, call, "skills remove", async (writer) => {
    if (versionsOf(await writer.index(), skillId).length > 0) return false;
    const journal = await writer.journal();
    const event = newEvent(home.newUlid(call.now), call, "skill.data_removed", { skill_id: skillId });
    await journal.transaction((open) => void open.append(event));
    await projectNow(writer, call);
    return removeSkillData(stateRoot, skillId);
  });
}
