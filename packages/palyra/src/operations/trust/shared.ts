import { isIdentifier } from "palyra-skills/manifest";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import type { Home } from "../../lifecycle/home.ts";
import { changeTrust, type TrustOutcome } from "../../lifecycle/index.ts";
import type { TrustChange } from "../../trust/index.ts";
import { text } from "../field.ts";

/** What a change answers: what the store says of the publisher now. */
export interface TrustDocument extends TrustOutcome {
  readonly trust_store: string;
}

export const TRUST_ERRORS = [
  "Serialization",
  "IndexInvalid",
  "JournalUnavailable",
  "LockTimeout",
  "UnsafeStateRoot",
  "Io",
] as const;

export const publisher = text("PUBLISHER", "The publisher's name", (value) =>
  isIdentifier(value) ? undefined : "is no publisher's name ([a-z0-9._:-]+)",
);

const keyText = text("KEY", "The public key, 64 hex digits", (value) =>
  /^[0-9A-Fa-f]{64}$/.test(value) ? undefined : "is no public key of 64 hex digits",
);
export const publicKey = v.pipe(keyText, v.toLowerCase());
export const optionalPublicKey = v.optional(publicKey);

export async function change(home: Home, edit: TrustChange, call: Call): Promise<TrustDocument> {
  return { ...(await changeTrust(home, edit, call)), trust_store: home.places.trustStore };
}
