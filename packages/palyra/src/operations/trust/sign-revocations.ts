import { isSha256Hex, toHex } from "palyra-skills/encoding";
import {
  type ListedKey,
  type ListedPayload,
  MAX_REVOCATION_LIST_BYTES,
  parseRevocationList,
  type RevocationListTerms,
  signRevocationList,
  verifyRevocationList,
  writeRevocationList,
} from "palyra-skills/signature";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { readWhole } from "../../files/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { integer, list, outputFile, text } from "../field.ts";
import { operation } from "../operation.ts";
import { issuer } from "../revocations/shared.ts";
import { publisherKey, publisherKeys } from "../shared/inputs.ts";
import { readKeyFile, writeNewFile } from "../shared/new-file.ts";
import { parseTime, time } from "../shared/time.ts";

export interface SignRevocationsDocument {
  readonly output: string;
  readonly issuer: string;
  readonly sequence: number;
  readonly issued_at_unix_ms: number;
  readonly expires_at_unix_ms: number;
  /** How many it revokes. */
  readonly keys: number;
  readonly payloads: number;
  readonly signer_public_key: string;
  readonly statement_sha256: string;
}

const keyText = text("KEY", "The public key that signed --previous, where it is not this one", (value) =>
  /^[0-9A-Fa-f]{64}$/.test(value) ? undefined : "is no public key of 64 hex digits",
);

const input = v.strictObject({
  issuer,
  signingKeyFile: text("FILE", "The key that signs lists; better not one that signs skills"),
  previous: v.optional(text("FILE", "The list before: its entries stay, and the number is the next")),
  previousKey: v.optional(v.pipe(keyText, v.toLowerCase())),
  revokeKey: v.optional(
    list("PUBLISHER=KEY", "A public key that is not to be believed (repeatable)", (value) =>
      publisherKey(value) === undefined ? "is not PUBLISHER=KEY with a public key of 64 hex digits" : undefined,
    ),
    [],
  ),
  revokePayload: v.optional(
    list("SHA256", "One skill, by the digest of its payload (repeatable)", (value) =>
      isSha256Hex(value) ? undefined : "is no SHA-256 of 64 lower-case hex digits",
    ),
    [],
  ),
  reason: v.optional(text("TEXT", "Why, for all that is named here: shown wherever it is refused")),
  sequence: v.optional(integer("NUMBER", "Higher than in any list before (1, or the one after --previous)", 1)),
  expires: time("When a newer list is to be had by"),
  output: outputFile("Where the list is written; never overwritten", { stdout: false }),
});

type Input = v.InferOutput<typeof input>;

export const signRevocations = operation({
  input,
  positional: ["issuer"],
  examples: [
    'skills trust sign-revocations acme-security --signing-key-file lists.key --revoke-key acme=<64 hex digits> --reason "leaked" --expires 2027-01-31 --output 1.json',
    "skills trust sign-revocations acme-security --signing-key-file lists.key --previous 1.json --expires 2027-02-28 --output 2.json",
  ],
  problem: ({ revokeKey, revokePayload, reason, previous, previousKey }) => {
    if (previousKey !== undefined && previous === undefined) return "--previous-key goes with --previous";
    return reason === undefined && revokeKey.length + revokePayload.length > 0 ? "--reason is missing" : undefined;
  },
  notes:
    "For whoever issues a list: writes it, signed, and changes no trust here. Hosts follow it with skills trust revocations add. A list without entries says that nothing is revoked.",
  errors: ["Serialization", "InvalidSigningKeyLength", "SignatureVerificationFailed", "Io"],
  run: async ({ home }, asked, call): Promise<SignRevocationsDocument> => {
    const { output } = asked;
    const secretKey = await readKeyFile(asked.signingKeyFile);
    const publicKey = toHex(await home.platform.ed25519.publicKey(secretKey));
    const before = asked.previous === undefined ? undefined : await previousList(asked.previous, asked, publicKey, home);
    const signed = await signRevocationList(termsOf(asked, before, call), secretKey, home.platform);
    const bytes = writeRevocationList(signed);
    // As its readers will: what none of them would read is not written.
    const { terms, sha256: statement_sha256 } = await verifyRevocationList(parseRevocationList(bytes, output), home.platform);
    await writeNewFile(output, bytes);
    const { issuer, sequence, issued_at_unix_ms, expires_at_unix_ms, signer_public_key } = terms;
    const times = { issued_at_unix_ms, expires_at_unix_ms };
    const counts = { keys: terms.keys.length, payloads: terms.payloads.length };
    return { output, issuer, sequence, ...times, ...counts, signer_public_key, statement_sha256 };
  },
});

function termsOf(
  asked: Input,
  before: RevocationListTerms | undefined,
  call: Call,
): Omit<RevocationListTerms, "signer_public_key"> {
  const said = { reason: asked.reason ?? "", revoked_at_unix_ms: call.now };
  const keys = publisherKeys(asked.revokeKey).map(({ publisher, key }): ListedKey => ({ publisher, public_key: key, ...said }));
  const payloads = asked.revokePayload.map((payload_sha256): ListedPayload => ({ payload_sha256, ...said }));
  const sequence = asked.sequence ?? (before?.sequence ?? 0) + 1;
  if (before !== undefined && sequence <= before.sequence)
    throw new PalyraError("Usage", { problem: `--sequence is not above ${before.sequence}, that of --previous` });
  const expires_at_unix_ms = parseTime(asked.expires) ?? 0;
  if (expires_at_unix_ms < call.now) throw new PalyraError("Usage", { problem: "--expires is over already" });
  return {
    ...{ issuer: asked.issuer, sequence, issued_at_unix_ms: call.now, expires_at_unix_ms },
    // The first reason and time of an entry stay.
    keys: [...(before?.keys ?? []), ...keys],
    payloads: [...(before?.payloads ?? []), ...payloads],
  };
}

/** Signed by this key or the one that is named: what somebody slipped into the file is not signed anew. */
async function previousList(
  file: string,
  { issuer, previousKey }: Input,
  publicKey: string,
  { platform }: Home,
): Promise<RevocationListTerms> {
  const bytes = await readWhole(file, MAX_REVOCATION_LIST_BYTES);
  const { terms } = await verifyRevocationList(parseRevocationList(bytes, file), platform);
  if (terms.issuer !== issuer) throw new PalyraError("Usage", { problem: `--previous is a list of ${terms.issuer}` });
  if (terms.signer_public_key !== (previousKey ?? publicKey))
    throw new PalyraError("Usage", { problem: `--previous was signed by another key: ${terms.signer_public_key}` });
  return terms;
}
