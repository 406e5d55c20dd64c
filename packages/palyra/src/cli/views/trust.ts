import type { Outputs } from "../../operations/catalog.ts";
import { importLines } from "../../operations/trust/import.ts";
import { safe } from "../../operations/wording/safe.ts";
import { count } from "../../operations/wording/units.ts";
import { type Cell, table } from "../text/layout.ts";
import type { View } from "./view.ts";

export const trustListView: View<Outputs["skills trust list"]> = (document, paint) => {
  const { trust_store, trusted_publishers, tofu_publishers, revoked_keys, limits } = document;
  const limited = (publisher: string, key: string): string =>
    limits.some((limit) => limit.publisher === publisher && limit.public_key === key) ? ", limited" : "";
  const row = (publisher: string, how: string, key: string): Cell[] =>
    cells(publisher, revoked_keys.includes(key) ? `${how}, revoked` : `${how}${limited(publisher, key)}`, key);
  const rows: Cell[][] = [
    ...Object.entries(trusted_publishers).flatMap(([publisher, keys]) => keys.map((key) => row(publisher, "listed", key))),
    ...Object.entries(tofu_publishers).map(([publisher, key]) => row(publisher, "first seen", key)),
  ];
  if (rows.length === 0) return [`nobody is trusted in ${safe(trust_store)}`];
  return [...table(["publisher", "trusted as", "public key"], rows, paint), "", safe(trust_store)];
};

function cells(publisher: string, how: string, key: string): Cell[] {
  return [
    { text: safe(publisher), paint: "strong" },
    { text: how, paint: how.endsWith("revoked") ? "bad" : how.startsWith("listed") ? "good" : "warning" },
    { text: key },
  ];
}

export const trustView: View<Outputs["skills trust add"]> = ({ changed, publisher, trusted_keys, pinned_key }, paint) => [
  `${changed ? paint.good("changed") : "nothing to change"}: ${safe(publisher)}`,
  ...trusted_keys.map((key) => `  ${paint.faint("listed")}      ${key}`),
  ...(pinned_key === null ? [] : [`  ${paint.faint("first seen")}  ${pinned_key}`]),
  `  ${meaning(safe(publisher), trusted_keys.length > 0, pinned_key !== null)}`,
];

/** What it comes to (spec 3.2). */
function meaning(publisher: string, listed: boolean, pinned: boolean): string {
  if (listed)
    return `What ${publisher} signs with a listed key is trusted, and nothing else of it${pinned ? ", first seen or not" : ""}.`;
  if (pinned) return `What ${publisher} signs with this key is trusted; with any other key it is refused.`;
  return `Nothing of ${publisher} is trusted here, unless it is accepted on first use. What is installed stays, and check says so.`;
}

export const acceptChangesView: View<Outputs["skills trust accept-changes"]> = (document, paint) => {
  const { changed, trust_store, added, removed } = document;
  if (!changed) return [`nothing to accept: ${safe(trust_store)} is what is recorded`];
  return [
    `${paint.good("accepted")}: ${safe(trust_store)}`,
    `  ${count(added.length, "fact")} came, ${removed.length} went`,
    "  What these files say is what is trusted from now on; a change by anything else is refused again.",
  ];
};

export const exportView: View<Outputs["skills trust export"]> = (document, paint) => [
  `${paint.good("written")}: ${safe(document.output)}, ${count(document.trusted_publishers, "listed publisher")}, ${document.tofu_publishers} first seen`,
  `  ${paint.faint("sha-256")}  ${document.sha256}`,
  "  Compare the digest where it arrives, then: palyra skills trust import FILE",
];

export const importView: View<Outputs["skills trust import"]> = (document, paint) => {
  const { changed, trust_store, added, removed, conflicts } = document;
  return [
    `${changed ? paint.good("imported") : "nothing to change"}: ${safe(trust_store)}`,
    // What changed was shown before it was done.
    ...(changed
      ? [`  ${count(added.length, "fact")} came, ${removed.length} went`]
      : importLines({ added, removed }, conflicts).slice(1)),
    changed
      ? "  What these files say now is what is trusted; what is revoked here or there stays revoked."
      : "  The file says nothing that is not so here already.",
  ];
};
