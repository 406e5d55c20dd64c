import { writeJson } from "palyra-skills/encoding";
import { RECEIPT_STATEMENT, type Receipt } from "palyra-skills/receipt";
import type { Outputs } from "../../operations/catalog.ts";
import { tellGrant } from "../../operations/wording/grants.ts";
import { jsonText } from "../../operations/wording/json-text.ts";
import { listed, safe } from "../../operations/wording/safe.ts";
import { count, grouped, moment, size, spentOf } from "../../operations/wording/units.ts";
import { type Cell, fields, table } from "../text/layout.ts";
import type { View } from "./view.ts";

export const receiptListView: View<Outputs["skills receipts list"]> = ({ host_public_key: key, receipts }, paint) => [
  ...(receipts.length === 0
    ? ["no run is recorded"]
    : table(["receipt", "when", "tool", "outcome", "by"], receipts.map(rowOf), paint)),
  ...(key === null ? [] : fields([["this host's key", key]], paint)),
];

const rowOf = (receipt: Receipt): Cell[] => [
  { text: safe(receipt.receipt_id, 26), paint: "strong" },
  { text: moment(receipt.started_at_unix_ms) },
  { text: `${safe(receipt.tool_id, 60)} ${safe(receipt.version, 20)}` },
  { text: receipt.outcome, paint: receipt.outcome === "Ok" ? "good" : "bad" },
  { text: `${safe(receipt.principal, 40)} on ${safe(receipt.surface, 20)}`, paint: "faint" },
];

export const receiptShowView: View<Outputs["skills receipts show"]> = ({ receipt, seq, hash, salt }, paint) =>
  fields(
    [
      ["receipt", safe(receipt.receipt_id)],
      ["outcome", receipt.outcome === "Ok" ? paint.good("Ok") : paint.bad(receipt.outcome)],
      ["tool", `${safe(receipt.tool_id)} of ${safe(receipt.skill_id)} ${safe(receipt.version)}`],
      ["asked by", `${safe(receipt.principal)} on ${safe(receipt.surface)}`],
      ["from, to", `${moment(receipt.started_at_unix_ms)}, ${moment(receipt.finished_at_unix_ms)}`],
      ["fuel", spentOf(receipt.fuel_used, receipt.fuel_allowed, grouped)],
      ["memory", spentOf(receipt.memory_used_bytes, receipt.memory_allowed_bytes, size)],
      ["time", `${spentOf(receipt.wall_used_ms, receipt.wall_allowed_ms, grouped)} ms`],
      ["artifact", receipt.artifact_sha256],
      ["module", receipt.module_sha256],
      ["policies", receipt.policy_sha256],
      ["input", receipt.input_sha256],
      ["output", receipt.output_sha256 ?? "none"],
      ...receipt.grants.map((grant) => ["may use", tellGrant(grant)] as const),
      ["signed by", receipt.host_public_key],
      ["event", `${seq}, ${hash}`],
      ...(salt === null ? [] : [["salt", salt] as const]),
    ],
    paint,
  );

export const receiptVerifyView: View<Outputs["skills receipts verify"]> = (
  { file, verified, key, key_from, receipts, unreadable },
  paint,
) => {
  // What is so of all of them is said once.
  const isUnsaid = ({ sha256 }: Verified): boolean => key === null && sha256 !== null;
  const unsaid = receipts.filter(isUnsaid).length;
  return [
    ...receipts
      .filter((each) => !isUnsaid(each))
      .map(({ receipt, problem }) =>
        problem === null
          ? `${paint.good("holds")}: ${safe(receipt.receipt_id)}, ${safe(receipt.tool_id)}, ${receipt.outcome}`
          : `${paint.bad("proves nothing")}: ${safe(receipt.receipt_id)}: ${problem}`,
      ),
    ...unreadable.map(({ line, faults }) => `${paint.bad("no receipt")}: line ${line}: ${listed(faults.map(faultText))}`),
    ...(unsaid === 0
      ? []
      : [
          `${paint.bad("proves nothing")}: ${count(unsaid, "receipt")}: nobody said whose key must have signed ${unsaid === 1 ? "it" : "them"}, and this host has signed nothing: --key says it`,
        ]),
    `${count(verified, "receipt")} of ${receipts.length + unreadable.length} in ${safe(file)} ${verified === 1 ? "holds" : "hold"}`,
    ...(key === null ? [] : [`  ${paint.faint(key_from === "--key" ? "by the key" : "by this host's key")}  ${key}`]),
  ];
};

type Verified = Outputs["skills receipts verify"]["receipts"][number];

const faultText = ({ path, problem }: { readonly path: string; readonly problem: string }): string =>
  path === "" ? problem : `${path}: ${problem}`;

/** The lines alone, for a file or another program. */
export const receiptExportView: View<Outputs["skills receipts export"]> = ({ output, count: number, receipts = [] }, paint) =>
  output === null
    ? receipts.map((receipt) => jsonText({ statement: RECEIPT_STATEMENT, ...receipt }, 0).trimEnd())
    : [`${paint.good("exported")}: ${count(number, "receipt")} to ${safe(output)}`];

/** Names and what they are for; who names a format wants the list itself, as that API takes it. */
export const toolsView: View<Outputs["skills tools"]> = (tools, paint, { format }) => {
  if (format !== undefined) return jsonText(tools, 2).trimEnd().split("\n");
  return tools.length === 0
    ? ["no tool may run: nothing is installed and active"]
    : table(
        ["tool", "what it is for"],
        tools.map((tool) => toolRow(tool)),
        paint,
      );
};

function toolRow(tool: Outputs["skills tools"][number]): Cell[] {
  const inner = tool["function"];
  const of = typeof inner === "object" && inner !== null && !("length" in inner) ? inner : tool;
  const text = (name: string): string => {
    const value = of[name];
    return typeof value === "string" ? value : writeJson(value ?? null);
  };
  return [{ text: safe(text("name"), 80), paint: "strong" }, { text: safe(text("description"), 100) }];
}
