import type { Outputs } from "../../operations/catalog.ts";
import type { ShownList } from "../../operations/trust/list-state.ts";
import { listed, safe } from "../../operations/wording/safe.ts";
import { count, moment } from "../../operations/wording/units.ts";
import { withoutUserInfo } from "../../operations/wording/url.ts";
import { fields } from "../text/layout.ts";
import type { Colour, Paint } from "../text/paint.ts";
import type { View } from "./view.ts";

type Skills = Outputs["skills trust revocations list"]["affected"];

export const listView: View<Outputs["skills trust revocations list"]> = ({ trust_store, lists, affected }, paint) =>
  lists.length === 0
    ? [paint.command("no revocation list is followed: palyra skills trust revocations add")]
    : [...lists.flatMap((list) => listLines(list, paint)), ...skillLines(affected, paint), safe(trust_store)];

export const addView: View<Outputs["skills trust revocations add"]> = ({ changed, list, affected }, paint) => [
  `${changed ? paint.good("followed") : "nothing to change"}: ${safe(list.issuer)}`,
  ...listLines(list, paint),
  ...skillLines(affected, paint),
  "  What it names is refused from now on. Beyond its grace, nothing new is installed until a newer one is fetched.",
];

export const removeView: View<Outputs["skills trust revocations remove"]> = ({ changed, issuer, public_keys }, paint) => [
  `${changed ? paint.good("changed") : "nothing to change"}: ${safe(issuer)}`,
  ...public_keys.map((key) => `  ${paint.faint("signs it")}  ${key}`),
  public_keys.length === 0
    ? "  It is not followed: what it alone revoked is refused no longer."
    : paint.command("  A list that another key signed is not believed: palyra skills trust revocations refresh"),
];

export const refreshView: View<Outputs["skills trust revocations refresh"]> = ({ lists, affected }, paint) =>
  lists.length === 0
    ? [paint.command("no revocation list is followed: palyra skills trust revocations add")]
    : [
        ...lists.flatMap(({ error, changed, ...list }) => [
          error === null
            ? `${changed ? paint.good("renewed") : "as before"}: ${safe(list.issuer)}`
            : `${paint.bad("not renewed")}: ${safe(list.issuer)}: ${error.message} ${paint.faint(`(${error.code})`)}`,
          ...listLines(list, paint),
        ]),
        ...skillLines(affected, paint),
      ];

export const signRevocationsView: View<Outputs["skills trust sign-revocations"]> = (document, paint) => [
  `${paint.good("signed")}: ${safe(document.output)}, number ${document.sequence}, until ${moment(document.expires_at_unix_ms)}`,
  `  ${paint.faint("revokes")}  ${counts(document.keys, document.payloads)}`,
  `  ${paint.faint("key    ")}  ${document.signer_public_key}`,
  `  Nothing changed here. Hosts follow it with: palyra skills trust revocations add ${safe(document.issuer)} ${document.signer_public_key} --source FILE`,
];

const STANDING: { readonly [standing in ShownList["standing"]]: readonly [Colour, string] } = {
  fresh: ["good", "fresh"],
  expired: ["warning", "expired, within its grace"],
  stale: ["bad", "stale: its grace is over"],
  unfetched: ["bad", "never fetched"],
  unusable: ["bad", "cannot be used"],
};

function listLines(list: ShownList, paint: Paint): string[] {
  const { issuer, source, public_keys, ca_cert, standing, problem, sequence } = list;
  const [color, words] = STANDING[standing];
  const row = (name: string, value: string | null): [string, string][] => (value === null ? [] : [[name, value]]);
  return [
    `  ${paint.strong(safe(issuer))}  ${paint[color](words)}${problem === null ? "" : `: ${safe(problem)}`}`,
    ...fields(
      [
        ...row("source", safe(withoutUserInfo(source))),
        ...row("ca cert", ca_cert === null ? null : safe(ca_cert)),
        ...public_keys.map((key): [string, string] => ["signed by", key]),
        ...row("number", sequence === null ? null : `${sequence}, fetched ${moment(list.fetched_at_unix_ms ?? 0)}`),
        ...row("expires", list.expires_at_unix_ms === null ? null : moment(list.expires_at_unix_ms)),
        ...row("revokes", list.keys === null ? null : counts(list.keys, list.payloads ?? 0)),
        ...row("when stale", list.when_stale === "block" ? "everything is refused" : "installs are refused"),
      ],
      paint,
      "    ",
    ),
  ];
}

const counts = (keys: number, payloads: number): string => `${count(keys, "key")}, ${count(payloads, "skill")}`;

function skillLines(affected: Skills, paint: Paint): string[] {
  if (affected.length === 0) return [];
  const names = affected.map(({ skill_id, version }) => `${skill_id} ${version}`);
  return [
    paint.command(
      `  It revokes what is installed: ${listed(names)}. That is refused by check, verify and audit; palyra skills quarantine stops it.`,
    ),
  ];
}
