import type { Outputs } from "../../operations/catalog.ts";
import type { ChangedPart, ListedApproval } from "../../operations/shared/approval-fits.ts";
import { CHANGED } from "../../operations/wording/changed.ts";
import { tellGrant } from "../../operations/wording/grants.ts";
import { listed, safe } from "../../operations/wording/safe.ts";
import { count, moment } from "../../operations/wording/units.ts";
import { type Cell, fields, table } from "../text/layout.ts";
import type { Colour } from "../text/paint.ts";
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

/** What is said of a launch, by what is said of all that it asks. */
const LAUNCH: { readonly [state in RequestState]: readonly [Colour, string] } = {
  allowed: ["good", "may start at once"],
  waits: ["warning", "may start once a person says yes"],
  denied: ["bad", "may not start"],
};
const STATE = { allowed: "good", waits: "warning", denied: "bad" } as const;
type RequestState = keyof typeof STATE;

type Explained = Outputs["skills policy explain"]["requests"][number];
const stateOf = ({ allowed, waits }: Explained): RequestState => (waits ? "waits" : allowed ? "allowed" : "denied");

export const policyExplainView: View<Outputs["skills policy explain"]> = (document, paint) => {
  const { tool_id, skill_id, version, approval_id, surface, principal } = document;
  const states = document.requests.map(stateOf);
  // Of a tool that asks nothing nobody can say that it may.
  const worst = states.length === 0 ? "denied" : (["denied", "waits"] as const).find((each) => states.includes(each));
  const [colour, said] = LAUNCH[worst ?? "allowed"];
  const kept = approval_id === null ? "" : `: it was approved (${approval_id.slice(0, 12)})`;
  const rows = document.requests.map((request): Cell[] => [
    { text: stateOf(request), paint: STATE[stateOf(request)] },
    { text: safe(request.action) },
    { text: reasonOf(request), paint: "faint" },
  ]);
  return [
    `${safe(tool_id)} of ${safe(skill_id)} ${safe(version)} ${paint[colour](said)}${kept}`,
    `  for ${safe(principal)} on ${surface}`,
    ...table(["", "action", "by"], rows, paint),
    ...(document.grants.length === 0 ? [] : ["it may use:", ...document.grants.map((grant) => `  ${tellGrant(grant)}`)]),
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
    : [
        ...table(["id", "tool", "surface", "for", "lasts", "approved", ""], approvals.map(rowOf), paint),
        ...(approvals.some(({ fits }) => fits === false)
          ? ["", paint.command("One that lets nothing start is no harm; palyra skills approvals remove ID takes it away.")]
          : []),
      ];

function rowOf(approval: ListedApproval): Cell[] {
  const { expires_at_unix_ms: expires } = approval;
  return [
    { text: approval.id.slice(0, 12), paint: "strong" },
    { text: safe(approval.tool_id, 60) },
    { text: safe(approval.surface, 20) },
    { text: safe(approval.principal, 40) },
    { text: expires === null ? "always" : `session, until ${moment(expires)}` },
    { text: moment(approval.approved_at_unix_ms), paint: "faint" },
    { text: approval.fits === false ? lapsed(approval.changed) : "", paint: "warning" },
  ];
}

const lapsed = (changed: readonly ChangedPart[]): string =>
  changed.includes("not_installed")
    ? "lets nothing start: no version is installed"
    : `lets nothing start, changed since: ${changed.map((part) => CHANGED[part]).join(", ")}`;

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
