import type { Outputs } from "../../operations/catalog.ts";
import type { GrantsDocument } from "../../operations/grant/shared.ts";
import { safe } from "../../operations/wording/safe.ts";
import { grouped, moment, size } from "../../operations/wording/units.ts";
import { fields } from "../text/layout.ts";
import type { Paint } from "../text/paint.ts";
import type { View } from "./view.ts";

export const grantListView: View<Outputs["skills grant list"]> = ({ skills }, paint) =>
  skills.length === 0 ? ["nothing is granted beside the manifests"] : skills.flatMap((skill) => grantsOf(skill, paint));

export const grantAddView: View<Outputs["skills grant add"]> = (document, paint) => [
  `${paint.good("granted")}; now there is for`,
  ...grantsOf(document, paint),
];

export const grantRemoveView: View<Outputs["skills grant remove"]> = ({ skills, begun_anew }, paint) => {
  if (begun_anew)
    return [
      `${paint.good("begun anew")}: the record of grants could not be believed; now nothing is granted beside the manifests`,
    ];
  return skills.length === 0
    ? [`${paint.good("taken back")}: nothing is granted beside the manifests`]
    : [`${paint.good("taken back")}; what is left for`, ...skills.flatMap((skill) => grantsOf(skill, paint))];
};

function grantsOf({ skill_id, hosts, global_keys, inserts, roots, limits, fixed }: GrantsDocument, paint: Paint): string[] {
  const { fuel, memory_bytes, wall_ms } = limits;
  const lines: (readonly [string, string])[] = [
    ...hosts.map(({ host, port, plain_http, private_addresses }) => {
      const origin = `${plain_http ? "http" : "https"}://${safe(host)}:${port}`;
      return ["may reach", `${origin}${private_addresses ? ", also at a private address" : ""}`] as const;
    }),
    ...global_keys.map((key) => ["may read", `global/${safe(key)}`] as const),
    ...inserts.map(({ secret, host, header, prefix }) => {
      return [
        "host inserts",
        `${safe(secret)} into ${safe(header)}${prefix === "" ? "" : ` (${safe(prefix.trim())})`} for ${safe(host)}`,
      ] as const;
    }),
    ...roots.map(({ root, folder }) => ["root", `${safe(root)} lies in ${safe(folder)}`] as const),
    ...(fuel === undefined ? [] : [["at most", `${grouped(fuel)} units of fuel`] as const]),
    ...(memory_bytes === undefined ? [] : [["at most", size(memory_bytes)] as const]),
    ...(wall_ms === undefined ? [] : [["at most", `${grouped(wall_ms)} ms`] as const]),
    ...(fixed.clock_unix_ms === undefined ? [] : [["clock", `stands still at ${moment(fixed.clock_unix_ms)}`] as const]),
    ...(fixed.seed === undefined ? [] : [["randomness", `made of the seed ${safe(fixed.seed)}`] as const]),
  ];
  return [paint.strong(safe(skill_id)), ...(lines.length === 0 ? ["  nothing"] : fields(lines, paint, "  "))];
}
