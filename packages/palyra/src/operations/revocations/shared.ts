import { isIdentifier } from "palyra-skills/manifest";
import * as v from "valibot";
import { text } from "../field.ts";
import { TRUST_ERRORS } from "../trust/shared.ts";

export const issuer = text("ISSUER", "Who issues the list, as it names itself", (value) =>
  isIdentifier(value) ? undefined : "is no issuer's name ([a-z0-9._:-]+)",
);

const keyText = text("KEY", "The public key that signs it, 64 hex digits", (value) =>
  /^[0-9A-Fa-f]{64}$/.test(value) ? undefined : "is no public key of 64 hex digits",
);
export const listKey = v.pipe(keyText, v.toLowerCase());

/** Of commands that fetch lists. */
export const FETCH_ERRORS = [
  ...TRUST_ERRORS,
  "FeedUnreachable",
  "SignatureVerificationFailed",
  "RevocationListRefused",
  "RevocationListRolledBack",
  "ConflictingRevocationList",
] as const;
