import type { Outputs } from "../../operations/catalog.ts";
import { REDACTED } from "../../operations/secrets/get.ts";
import { safe } from "../../operations/wording/safe.ts";
import { count, moment } from "../../operations/wording/units.ts";
import { fields } from "../text/layout.ts";
import type { View } from "./view.ts";

const named = ({ scope, key }: { readonly scope: string; readonly key: string }): string => `${safe(scope)}/${safe(key)}`;

export const secretSetView: View<Outputs["secrets set"]> = (document, paint) => [
  `${paint.good("stored")} ${named(document)} (${safe(document.backend)})`,
];

/** What was asked for with `--reveal` are its bytes (spec 11.8), whatever a terminal makes of them. */
export const secretView: View<Outputs["secrets get"]> = (document, paint) =>
  document.redacted ? [`${named(document)}  ${paint.faint(`${REDACTED}; --reveal shows it`)}`] : bytesOf(document);

function bytesOf({ value, value_base64 }: Outputs["secrets get"]): Uint8Array {
  return new Uint8Array(value_base64 === undefined ? Buffer.from(value) : Buffer.from(value_base64, "base64"));
}

export const secretListView: View<Outputs["secrets list"]> = ({ scope, entries }, paint) =>
  entries.length === 0
    ? [`no secrets of ${safe(scope)}`]
    : [
        `${count(entries.length, "secret")} of ${safe(scope)}`,
        ...fields(
          entries.map((entry) => [safe(entry.key), `changed ${moment(entry.updated_at_unix_ms)}`]),
          paint,
          "  ",
        ),
      ];

export const secretDeleteView: View<Outputs["secrets delete"]> = (document, paint) => [
  document.deleted ? `${paint.good("deleted")} ${named(document)}` : `there was no ${named(document)}`,
];

const KEY_PLACE = {
  key_file: "in a file beside it, of mode 0600",
  passphrase: "in a file beside it, under a passphrase",
  keychain: "in the system's keychain",
} as const;
const LOCKED = { passphrase: "its passphrase is needed", keychain: "the keychain does not give its key" } as const;
const STORED = { true: "stored", false: "not stored", null: "not known" } as const;

export const secretRekeyView: View<Outputs["secrets rekey"]> = ({ vault_dir, to, old_key_removed }, paint) => [
  `${paint.good("moved")} the key of ${safe(vault_dir)}: it is now ${KEY_PLACE[to]}`,
  ...(old_key_removed ? [] : [paint.warning("the old entry stays in the keychain; it opens nothing any more")]),
];

export const secretStatusView: View<Outputs["secrets status"]> = (status, paint) =>
  fields(
    [
      ["vault", `${safe(status.vault_dir)}${status.vault_exists ? "" : ", not made yet"}`],
      ...(status.key_place === null ? [] : [["key", KEY_PLACE[status.key_place]] as const]),
      ...(status.locked === null ? [] : [["locked", paint.warning(LOCKED[status.locked])] as const]),
      [safe(status.scope), status.count === null ? "not known" : count(status.count, "secret")],
      ...(status.key === null ? [] : [[safe(status.key), STORED[`${status.stored}`]] as const]),
    ],
    paint,
    "",
  );
