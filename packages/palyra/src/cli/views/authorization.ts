import type { Outputs } from "../../operations/catalog.ts";
import { listed, safe } from "../../operations/wording/safe.ts";
import { count, moment } from "../../operations/wording/units.ts";
import type { Approval } from "../../policy/index.ts";
import { type Cell, fields, table } from "../text/layout.ts";
import type { View } from "./view.ts";

/** Cedar, for a file or another program: nothing is added. */
export const policyShowView: View<Outputs["skills policy show"]> = ({ text }) => text.trimEnd().split("\n");

export const policyCheckView: View<Outputs["skills policy check"]> = (document, paint) => {
  const { authorization_policy: named, files, policies, policy_sha256, warnings } = document;
  return [
    named === null
      ? "no policies of your own are named; these always hold:"
      : `${paint.good("valid")}: ${count(files.length, "file")} of ${safe(named)}`,
    ...policies.map((id) => `  ${safe(id)}`),
    ...fields([["digest", policy_sha256]], paint, "  "),
    ...warnings.map(({ file, fault }) => paint.warning(`${safe(file)}:${fault.line ?? 1}: ${safe(fault.problem)}`)),
  ];
};

const DECISION = {
  allowed: "may start at once",
  approval: "may start once a person says yes",
  denied: "may not start",
} as const;

export const policyExplainView: View<Outputs["skills policy explain"]> = (document, paint) => {
  const { tool_id, skill_id, version, decision, approval_id, surface, principal } = document;
  const said = { allowed: paint.good, approval: paint.warning, denied: paint.bad }[decision](DECISION[decision]);
  const kept = approval_id === null ? "" : `; approved (${approval_id.slice(0, 12)})`;
  const rows = document.requests.map((request): Cell[] => [
    request.allowed ? { text: "allowed", paint: "good" } : { text: "denied", paint: "bad" },
    { text: safe(request.action) },
    { text: safe(request.resource, 80) },
    { text: reasonOf(request), paint: "faint" },
  ]);
  return [
    `${safe(tool_id)} of ${safe(skill_id)} ${safe(version)} ${said}${kept}`,
    `  for ${safe(principal)} on ${surface}`,
    ...table(["", "action", "resource", "by"], rows, paint),
    ...(document.grants.length === 0 ? [] : ["it may use:", ...document.grants.map((grant) => `  ${safe(grant, 160)}`)]),
  ];
};

function reasonOf({ by, errors }: { readonly by: readonly string[]; readonly errors: readonly string[] }): string {
  if (errors.length > 0) return `could not be evaluated: ${listed(errors, 2)}`;
  return by.length === 0 ? "no policy permits it" : listed(by);
}

export const policyTestView: View<Outputs["skills policy test"]> = ({ passed, failed, cases }, paint) => [
  ...cases
    .filter(({ expected, actual }) => expected !== actual)
    .map(
      ({ name, expected, actual, by }) =>
        `${paint.bad("differs")}: ${safe(name)}: expected ${expected}, is ${actual} (${listed(by)})`,
    ),
  `${failed === 0 ? paint.good("as expected") : paint.bad("not as expected")}: ${count(passed, "case")} of ${passed + failed}`,
];

export const approvalsView: View<Outputs["skills approvals list"]> = ({ approvals }, paint) =>
  approvals.length === 0
    ? ["nothing is approved for more than one call"]
    : table(["id", "tool", "surface", "for", "lasts", "approved"], approvals.map(rowOf), paint);

function rowOf(approval: Approval): Cell[] {
  const { expires_at_unix_ms: expires } = approval;
  return [
    { text: approval.id.slice(0, 12), paint: "strong" },
    { text: safe(approval.tool_id, 60) },
    { text: safe(approval.surface, 20) },
    { text: safe(approval.principal, 40) },
    { text: expires === null ? "always" : `session, until ${moment(expires)}` },
    { text: moment(approval.approved_at_unix_ms), paint: "faint" },
  ];
}

export const approvalAddView: View<Outputs["skills approvals add"]> = ({ needed, approval }, paint) =>
  approval === null || !needed
    ? ["nothing asks for an approval of it: it starts as it is"]
    : [
        `${paint.good("approved")}: ${safe(approval.tool_id)} on ${safe(approval.surface)} for ${safe(approval.principal)} (${approval.id.slice(0, 12)})`,
      ];

export const approvalRemoveView: View<Outputs["skills approvals remove"]> = ({ removed, begun_anew }, paint) => {
  if (begun_anew) return [`${paint.good("begun anew")}: the record of approvals could not be believed; now nothing is approved`];
  return removed.length === 0
    ? ["there was no such approval"]
    : [`${paint.good("removed")}: ${count(removed.length, "approval")}`];
};
