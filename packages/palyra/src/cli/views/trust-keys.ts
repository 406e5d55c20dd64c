import type { Outputs } from "../../operations/catalog.ts";
import type { ShownLimit } from "../../operations/trust/key-state.ts";
import type { ShownKey } from "../../operations/trust/show.ts";
import { keyPicture } from "../../operations/wording/keys.ts";
import { listed, safe } from "../../operations/wording/safe.ts";
import { count, moment } from "../../operations/wording/units.ts";
import type { Paint } from "../text/paint.ts";
import type { View } from "./view.ts";

type Skills = Outputs["skills trust revoke"]["affected"];

export const revokeView: View<Outputs["skills trust revoke"]> = (document, paint) => {
  const { changed, publisher, public_key, key_id, payload_sha256, reason, revoked_at_unix_ms, affected } = document;
  const subject = payload_sha256 === null ? `the key ${safe(key_id ?? "")} of ${safe(publisher ?? "")}` : "one skill";
  return [
    `${changed ? paint.bad("revoked") : "revoked before"}: ${subject}`,
    `  ${paint.faint(payload_sha256 === null ? "key    " : "payload")}  ${public_key ?? payload_sha256 ?? ""}`,
    `  ${paint.faint("reason ")}  ${safe(reason)}  ${paint.faint(moment(revoked_at_unix_ms))}`,
    ...skillLines(affected, paint),
    `  ${
      payload_sha256 === null
        ? "Nothing that this key signed is accepted here any more, listed or remembered, under any name."
        : "What has this payload is accepted here no more, whoever signed it."
    }${affected.length === 0 ? "" : paint.command(" What is installed of it stays, and check, verify and audit refuse it: palyra skills quarantine stops it.")}`,
  ];
};

export const trustShowView: View<Outputs["skills trust show"]> = (document, paint) => {
  const { trust_store, publisher, keys, rotation, owns, installed } = document;
  return [
    paint.strong(safe(publisher)),
    ...keys.flatMap((key) => keyLines(key, paint)),
    ...(rotation === null
      ? []
      : [
          `  ${paint.faint("rotation")}    number ${rotation.sequence}${rotation.frozen ? paint.bad(", in conflict: frozen") : ""}`,
        ]),
    ...(owns.length === 0 ? [] : [`  ${paint.faint("owns")}        ${listed(owns)}`]),
    ...skillLines(installed, paint),
    `  ${meaning(document)}`,
    safe(trust_store),
  ];
};

export const rotateView: View<Outputs["skills trust rotate"]> = (document, paint) => [
  `${document.changed ? paint.good("changed") : "nothing to change"}: ${safe(document.publisher)}`,
  `  ${paint.faint("first seen")}  ${document.new_public_key}  ${paint.faint(document.new_key_id)}`,
  document.changed
    ? `  What ${safe(document.publisher)} signs with this key is trusted; with the key before it is refused.`
    : paint.command("  This statement was applied before; what is trusted now: palyra skills trust show."),
];

export const signRotationView: View<Outputs["skills trust sign-rotation"]> = (document, paint) => [
  `${paint.good("signed")}: ${safe(document.output)}, number ${document.sequence}, until ${moment(document.expires_at_unix_ms)}`,
  `  ${paint.faint("from")}  ${document.old_public_key}`,
  `  ${paint.faint("to  ")}  ${document.new_public_key}`,
  `  Nothing changed here. Users of ${safe(document.publisher)} apply it with: palyra skills trust rotate --statement FILE`,
];

export const signRevocationView: View<Outputs["skills trust sign-revocation"]> = (document, paint) => [
  `${paint.good("signed")}: ${safe(document.output)}`,
  `  ${paint.faint("key   ")}  ${document.public_key}`,
  `  ${paint.faint("reason")}  ${safe(document.reason)}`,
  `  Nothing changed here. Users of ${safe(document.publisher)} apply it with: palyra skills trust revoke --statement FILE`,
];

const AS = { listed: "listed      ", first_seen: "first seen  ", none: "not trusted " } as const;

function keyLines({ public_key, key_id, trusted_as, revoked, limits }: ShownKey, paint: Paint): string[] {
  return [
    `  ${paint.faint(AS[trusted_as])}${public_key}  ${paint.faint(key_id)}`,
    ...(revoked === null ? [] : [`    ${paint.bad("revoked")} ${revocation(revoked)}`]),
    ...limits.map((limit) => `    ${limitText(limit)}`),
    ...keyPicture(public_key).map((line) => `    ${line}`),
  ];
}

function revocation({ reason, revoked_at_unix_ms: at, list }: NonNullable<ShownKey["revoked"]>): string {
  return `${moment(at)}${list === null ? "" : ` by the list ${safe(list)}`}: ${safe(reason)}`;
}

function limitText({ skill_id_prefixes, not_before_unix_ms: from, not_after_unix_ms: to }: ShownLimit): string {
  const period = `${from === null ? "" : `, from ${moment(from)}`}${to === null ? "" : `, until ${moment(to)}`}`;
  return `only for ${listed(skill_id_prefixes)}${period}`;
}

export const limitView: View<Outputs["skills trust limit"]> = (document, paint) => {
  const { changed, publisher, public_key, key_id, trusted, limits } = document;
  return [
    `${changed ? paint.good("changed") : "nothing to change"}: ${safe(publisher)}`,
    `  ${paint.faint("key")}  ${public_key}  ${paint.faint(safe(key_id))}`,
    ...limits.map((limit) => `  ${limitText(limit)}`),
    limits.length === 0
      ? "  This key is limited to nothing: it signs whatever its publisher does."
      : "  What this key signs outside of that is refused, here and now, by this host's clock.",
    ...(trusted
      ? []
      : [paint.command(`  The key is not trusted here: palyra skills trust add ${safe(publisher)} ${public_key}`)]),
  ];
};

function skillLines(skills: Skills, paint: Paint): string[] {
  if (skills.length === 0) return [];
  const names = skills.map(({ skill_id, version, current }) => `${skill_id} ${version}${current ? "" : " (not current)"}`);
  return [`  ${paint.faint("installed")}   ${count(skills.length, "version")}: ${listed(names)}`];
}

/** What it comes to (spec 3.2, 3.4). */
function meaning({ publisher, keys, rotation }: Outputs["skills trust show"]): string {
  const name = safe(publisher);
  const anyListed = keys.some(({ trusted_as }) => trusted_as === "listed");
  const counting = keys.filter(({ trusted_as }) => trusted_as === (anyListed ? "listed" : "first_seen"));
  const good = counting.filter(({ revoked }) => revoked === null);
  const frozen = rotation?.frozen === true ? " Its rotations are frozen until a person pins a key." : "";
  if (counting.length === 0) return `Nothing of ${name} is trusted here, unless it is accepted on first use.${frozen}`;
  if (good.length === 0) return `Nothing of ${name} is accepted: each key that it is trusted by is revoked.${frozen}`;
  const limited = good.some(({ limits }) => limits.length > 0) ? ", within the limits of the key" : "";
  const how = anyListed ? "a listed key that is not revoked" : "the key that it was first seen with";
  return `What ${name} signs with ${how} is trusted${limited}; with any other key it is refused.${frozen}`;
}
