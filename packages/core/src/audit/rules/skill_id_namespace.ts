import { MANIFEST_PATH } from "../../archive/index.ts";
import { findings, manifestRule, pass } from "../rule.ts";
import { quoted } from "../wording.ts";

export const skillIdNamespace = manifestRule({
  id: "skill_id_namespace",
  severity: "error",
  asks: "Does the skill's id belong to its publisher?",
  why: "Else any trusted publisher could put a skill of its own in the place of another's.",
  references: ["T3"],
  advice: "Begin the skill id with the publisher's name and a dot.",
  example: {
    flagged: 'publisher = "acme"\nskill_id = "globex.echo"',
    passes: 'publisher = "acme"\nskill_id = "acme.echo"',
  },
  check: ({ manifest: { skill_id, publisher } }) => {
    const details = { skill_id, publisher };
    // T3: else any trusted publisher could put its own in the place of another's skill.
    if (skill_id.startsWith(`${publisher}.`)) return [pass(`${quoted(skill_id)} belongs to ${quoted(publisher)}.`, details)];
    const message =
      `The skill id ${quoted(skill_id)} does not begin with its publisher ${quoted(publisher)} and a dot. ` +
      "Rename the skill in `skill_id`, or publish it under the name that it begins with.";
    const place = { file: MANIFEST_PATH, field: "skill_id" };
    return [findings(message, [{ code: "foreign_namespace", status: "fail", message, place, quote: skill_id }], details)];
  },
});
