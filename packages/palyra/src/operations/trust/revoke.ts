import { isSha256Hex } from "palyra-skills/encoding";
import { isIdentifier } from "palyra-skills/manifest";
import { MAX_STATEMENT_BYTES, parseRevocation, verifyRevocation } from "palyra-skills/signature";
import { decideRevocation, type RevokedKey, revocationOfKey, revocationOfPayload } from "palyra-skills/trust";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { readWhole } from "../../files/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { decideTrustChange } from "../../lifecycle/index.ts";
import type { TrustChange } from "../../trust/index.ts";
import { text } from "../field.ts";
import { operation } from "../operation.ts";
import { publisherKey } from "../shared/inputs.ts";
import { type AffectedSkill, installedWhere, keyIdOf } from "./key-state.ts";
import { optionalPublicKey, pairOf, pairProblem, TRUST_ERRORS } from "./shared.ts";

/** What is refused from now on, and what that hits. Of `--payload` the key's fields are null, and the other way round. */
export interface RevokeDocument {
  readonly trust_store: string;
  /** False: it was revoked before; reason and time are those of that time. */
  readonly changed: boolean;
  readonly publisher: string | null;
  readonly public_key: string | null;
  readonly key_id: string | null;
  readonly payload_sha256: string | null;
  readonly reason: string;
  readonly revoked_at_unix_ms: number;
  /** Installed versions that are refused by it. */
  readonly affected: readonly AffectedSkill[];
}

const input = v.strictObject({
  publisher: v.optional(
    text("PUBLISHER", "The publisher's name, or PUBLISHER=KEY", (value) =>
      isIdentifier(value) || publisherKey(value) !== undefined ? undefined : "is no publisher's name ([a-z0-9._:-]+)",
    ),
  ),
  publicKey: optionalPublicKey,
  payload: v.optional(
    text("SHA256", "Revoke one skill by the digest of its payload, instead of a key", (value) =>
      isSha256Hex(value) ? undefined : "is no SHA-256 of 64 lower-case hex digits",
    ),
  ),
  statement: v.optional(text("FILE", "Revoke a key by what its own holder signed (sign-revocation)")),
  reason: v.optional(text("TEXT", "Why: shown wherever it is refused")),
});

type Input = v.InferOutput<typeof input>;

function problemOf({ publisher, publicKey, payload, statement, reason }: Input): string | undefined {
  const given = [publisher, payload, statement].filter((each) => each !== undefined);
  if (given.length === 0) return "PUBLISHER and KEY, --payload or --statement is missing";
  if (given.length > 1) return "a key, --payload and --statement exclude each other";
  if (statement !== undefined) return reason === undefined ? undefined : "--statement has a reason of its own";
  if (reason === undefined) return "--reason is missing";
  return publisher === undefined ? undefined : pairProblem(pair(publisher, publicKey));
}

const pair = (publisher: string, publicKey: string | undefined): Parameters<typeof pairOf>[0] => ({ publisher, publicKey });

export const revoke = operation({
  input,
  positional: ["publisher", "publicKey"],
  places: ["skillsDir", "trustStore"],
  examples: [
    'skills trust revoke acme <64 hex digits> --reason "the key leaked"',
    'skills trust revoke --payload <64 hex digits> --reason "steals files"',
    "skills trust revoke --statement acme-revocation.json",
  ],
  notes:
    "What a revoked key signed is refused, pinned or listed, under any publisher's name; a revoked payload under any key. What is installed stays where it is, and check, verify and audit refuse it. There is no way back but another key or another version.",
  errors: [...TRUST_ERRORS, "SignatureVerificationFailed", "RevocationRefused"],
  problem: problemOf,
  run: async ({ home }, asked, call): Promise<RevokeDocument> => {
    const { statement, payload, reason = "" } = asked;
    if (payload !== undefined) return revokePayload(home, payload, reason, call);
    if (statement !== undefined) return revokeKey(home, await saidByItsHolder(statement, home), call);
    const named = pairOf(pair(asked.publisher ?? "", asked.publicKey));
    if (named === undefined) throw new PalyraError("Usage", { problem: "KEY is missing" });
    const { publisher, key: public_key } = named;
    return revokeKey(home, { publisher, public_key, reason, revoked_at_unix_ms: call.now }, call);
  },
});

/** `RevocationRefused` where it is about anything but the key that signed it. */
async function saidByItsHolder(file: string, { platform }: Home): Promise<RevokedKey> {
  const bytes = await readWhole(file, MAX_STATEMENT_BYTES);
  return decideRevocation(await verifyRevocation(parseRevocation(bytes, file), platform));
}

async function revokeKey(home: Home, said: RevokedKey, call: Call): Promise<RevokeDocument> {
  const { publisher, public_key, reason, revoked_at_unix_ms: at_ms } = said;
  const change: TrustChange = { do: "revoke", publisher, key: public_key, reason, at_ms };
  const { state, changed } = await decideTrustChange(home, "revoke", () => change, call);
  const revoked = revocationOfKey(state.constraints, public_key) ?? said;
  const key_id = keyIdOf(public_key, home.platform);
  return {
    trust_store: home.places.trustStore,
    changed,
    publisher: revoked.publisher,
    public_key,
    key_id,
    payload_sha256: null,
    reason: revoked.reason,
    revoked_at_unix_ms: revoked.revoked_at_unix_ms,
    affected: await installedWhere(home.places.skillsRoot, (entry) => entry.signature_key_id === key_id),
  };
}

async function revokePayload(home: Home, payload_sha256: string, reason: string, call: Call): Promise<RevokeDocument> {
  const change: TrustChange = { do: "revoke_payload", payload_sha256, reason, at_ms: call.now };
  const { state, changed } = await decideTrustChange(home, "revoke", () => change, call);
  const revoked = revocationOfPayload(state.constraints, payload_sha256);
  return {
    trust_store: home.places.trustStore,
    changed,
    publisher: null,
    public_key: null,
    key_id: null,
    payload_sha256,
    reason: revoked?.reason ?? reason,
    revoked_at_unix_ms: revoked?.revoked_at_unix_ms ?? call.now,
    affected: await installedWhere(home.places.skillsRoot, (entry) => entry.payload_sha256 === payload_sha256),
  };
}
