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

export const secretStatusView: View<Outputs["secrets status"]> = (status, paint) =>
  fields(
    [
      ["vault", `${safe(status.vault_dir)} (${safe(status.backend)})${status.vault_exists ? "" : ", not made yet"}`],
      [safe(status.scope), count(status.count, "secret")],
      ...(status.key === null ? [] : [[safe(status.key), status.stored === true ? "stored" : "not stored"] as const]),
    ],
    paint,
    "",
  );
