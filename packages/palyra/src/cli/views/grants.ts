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
  ...limitLines(document.limits_before).map((before) => `before: at most ${before}`),
];

export const grantRemoveView: View<Outputs["skills grant remove"]> = ({ skills, changed, begun_anew }, paint) => {
  if (begun_anew)
    return [
      `${paint.good("begun anew")}: the record of grants could not be believed; now nothing is granted beside the manifests`,
    ];
  const done = changed ? paint.good("taken back") : "nothing of it was granted";
  return skills.length === 0
    ? [`${done}: nothing is granted beside the manifests`]
    : [`${done}; what is left for`, ...skills.flatMap((skill) => grantsOf(skill, paint))];
};

function grantsOf({ skill_id, hosts, global_keys, inserts, roots, limits, fixed }: GrantsDocument, paint: Paint): string[] {
  const lines: (readonly [string, string])[] = [
    ...hosts.map(({ host, port, plain_http, private_addresses }) => {
      const origin = `${plain_http ? "http" : "https"}://${safe(host)}:${port}`;
      return ["may reach", `${origin}${private_addresses ? ", also at a private address" : ""}`] as const;
    }),
    ...global_keys.map((key) => {
      const isInserted = inserts.some(({ secret }) => secret === `global/${key}`);
      return isInserted
        ? (["may not read", `global/${safe(key)}, although it is granted: the host inserts it`] as const)
        : (["may read", `global/${safe(key)}`] as const);
    }),
    ...inserts.map(({ secret, host, header, prefix }) => {
      return [
        "host inserts",
        `${safe(secret)} into ${safe(header)}${prefix === "" ? "" : ` (${safe(prefix.trim())})`} for ${safe(host)}`,
      ] as const;
    }),
    ...roots.map(({ root, folder }) => ["root", `${safe(root)} lies in ${safe(folder)}`] as const),
    ...limitLines(limits).map((limit) => ["at most", limit] as const),
    ...(fixed.clock_unix_ms === undefined ? [] : [["clock", `stands still at ${moment(fixed.clock_unix_ms)}`] as const]),
    ...(fixed.seed === undefined ? [] : [["randomness", `made of the seed ${safe(fixed.seed)}`] as const]),
  ];
  return [paint.strong(safe(skill_id)), ...(lines.length === 0 ? ["  nothing"] : fields(lines, paint, "  "))];
}

const limitLines = ({ fuel, memory_bytes, wall_ms }: GrantsDocument["limits"]): string[] => [
  ...(fuel === undefined ? [] : [`${grouped(fuel)} units of fuel`]),
  ...(memory_bytes === undefined ? [] : [size(memory_bytes)]),
  ...(wall_ms === undefined ? [] : [`${grouped(wall_ms)} ms`]),
];
