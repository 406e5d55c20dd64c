import type { RebuiltEntry } from "../../authoring/index.ts";
import type { Outputs } from "../../operations/catalog.ts";
import { safe } from "../../operations/wording/safe.ts";
import { size } from "../../operations/wording/units.ts";
import { fields, table } from "../text/layout.ts";
import type { View } from "./view.ts";

export const rebuildView: View<Outputs["skills package rebuild"]> = (rebuilt, paint) => {
  const { commit, entries } = rebuilt;
  const head = `${safe(rebuilt.skill_id)} ${safe(rebuilt.version)} from ${safe(rebuilt.source)}`;
  return [
    rebuilt.reproduced ? `${paint.good("the same")} ${head}` : `${paint.bad("not the same")} ${head}`,
    ...fields(
      [
        ["built by", rebuilt.build_command === null ? "nothing was run" : safe(rebuilt.build_command)],
        [
          "commit",
          `${safe(commit.recorded ?? "none recorded")}${commit.recorded === commit.actual ? "" : `; the source is at ${safe(commit.actual ?? "none")}`}${rebuilt.checked_out ? ", checked out" : ""}`,
        ],
      ],
      paint,
      "  ",
    ),
    "",
    ...table(
      ["entry", "size", "rebuilt"],
      entries.map((entry) => [
        { text: safe(entry.path) },
        { text: entry.bytes === null ? "-" : size(entry.bytes) },
        { text: inWords(entry) },
      ]),
      paint,
    ),
  ];
};

function inWords({ status, rebuilt_bytes, first_difference }: RebuiltEntry): string {
  if (status === "different") return `differs from byte ${first_difference} on, ${size(rebuilt_bytes ?? 0)}`;
  return status === "same" ? "the same" : status === "missing" ? "is not in the source" : "is not in the artifact";
}
