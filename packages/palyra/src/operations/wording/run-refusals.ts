import { nearest } from "palyra-skills/encoding";
import type { PalyraErrorDetails } from "../../errors.ts";
import { DEFAULT_PRINCIPAL } from "../../settings.ts";
import { shellWord } from "./at-place.ts";
import { asked, deniedBy } from "./denied-by.ts";
import { listed, quoted, safe } from "./safe.ts";
import type { Sentence } from "./sentence.ts";
import { decidedAlike, type Typed } from "./typed.ts";

type Codes =
  | "UnknownTool"
  | "AmbiguousTool"
  | "VerdictMissing"
  | "PolicyDenied"
  | "ApprovalRequired"
  | "AuthorizationRecordInvalid"
  | "ReceiptNotFound";

/** An approval is good for one surface and one principal (T28): the command says which, where it would not be the one of a terminal. */
export function approvalCommand(
  { tool_id, surface, principal }: Pick<PalyraErrorDetails["ApprovalRequired"], "tool_id" | "surface" | "principal">,
  typed: Typed,
): string {
  const on = surface === "terminal" ? "" : ` --surface ${safe(surface)}`;
  const by = principal === DEFAULT_PRINCIPAL ? "" : ` --principal ${shellWord(principal)}`;
  return `palyra skills approvals add ${safe(tool_id)}${on}${by}${decidedAlike(typed)}`;
}

/** Why a tool was not started (spec 10). */
export const RUN_REFUSALS: { readonly [Code in Codes]: Sentence<PalyraErrorDetails[Code]> } = {
  UnknownTool: {
    says: ({ tool, skill_id }) =>
      skill_id === undefined
        ? `there is no tool ${quoted(tool)} that may run here`
        : `${safe(skill_id)} has no tool ${quoted(tool)}`,
    hint: ({ tool, offered, skill_id }) => {
      const meant = nearest(tool, offered);
      if (meant !== undefined) return `did you mean ${safe(meant)}?`;
      if (skill_id !== undefined)
        return offered.length === 0 ? `${safe(skill_id)} has no tools` : `its tools: ${listed(offered)}`;
      return offered.length > 0
        ? `there ${offered.length === 1 ? "is" : "are"} ${listed(offered)}; palyra skills tools shows what each is for`
        : "no skill with tools is installed here: palyra skills install --artifact FILE installs one; where another place is meant, --state-root names it";
    },
  },
  AmbiguousTool: {
    says: ({ tool, candidates }) => `${quoted(tool)} may mean any of ${listed(candidates)}`,
    hint: () => "name the tool by its whole id, or its skill with --skill",
  },
  VerdictMissing: {
    says: ({ skill_id, version }) =>
      `no audit that passed is known of ${safe(skill_id)} ${safe(version)} as it is now: this program, Node, a policy or what is known of vulnerabilities is another than then, or it was never audited`,
    hint: ({ skill_id, version }, { places, audits = "" }) =>
      `to audit it: palyra skills audit ${safe(skill_id)} --version ${safe(version)}${places}${audits}`,
  },
  PolicyDenied: {
    says: ({ tool_id, denied }) => `policy does not let ${safe(tool_id)} start: ${listed(denied.map(asked))}`,
    lists: ({ denied }) => denied.map(deniedBy),
    hint: ({ tool_id }, typed) => `what each policy says: palyra skills policy explain ${safe(tool_id)}${decidedAlike(typed)}`,
  },
  ApprovalRequired: {
    says: ({ tool_id, asks }) => `a person has to approve ${safe(tool_id)} first: ${listed(asks.map(asked))}`,
    hint: (details, typed) =>
      `${typed.unasked === undefined ? "on a terminal it is asked for" : `${typed.unasked} keeps it from being asked for, and is no yes to it: without it a terminal asks`}; ahead of time: ${approvalCommand(details, typed)}`,
  },
  AuthorizationRecordInvalid: {
    says: ({ file, record, problem }) =>
      `the record of ${safe(record)}, ${safe(file)}, is not what was written last: ${safe(problem)}`,
    hint: ({ record }) =>
      `nothing starts by it; put the true file back, or begin anew with none: palyra skills ${record === "grants" ? "grant" : "approvals"} remove --all`,
  },
  ReceiptNotFound: {
    says: ({ receipt_id, skill_id }) =>
      receipt_id === undefined
        ? `no run ${skill_id === undefined ? "" : `of ${safe(skill_id)} `}is recorded here`
        : `no run here has the receipt ${quoted(receipt_id)}`,
    hint: ({ receipt_id, skill_id }) =>
      receipt_id === undefined && skill_id === undefined ? undefined : "palyra skills receipts list shows those that there are",
  },
};
