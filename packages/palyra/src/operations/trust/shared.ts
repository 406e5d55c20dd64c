import { isIdentifier } from "palyra-skills/manifest";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import type { Home } from "../../lifecycle/home.ts";
import { changeTrust, type StoreChange, type TrustOutcome } from "../../lifecycle/index.ts";
import { text } from "../field.ts";
import { type PublisherKey, publisherKey } from "../shared/inputs.ts";

/** What a change answers: what the store says of the publisher now. */
export interface TrustDocument extends TrustOutcome {
  readonly trust_store: string;
}

export const TRUST_ERRORS = [
  "Serialization",
  "TrustStoreChanged",
  "VaultUnavailable",
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
export const optionalPublicKey = v.optional(v.pipe(keyText, v.toLowerCase()));

/** `add` and `pin` take a publisher and a key, as two words or as `PUBLISHER=KEY`, the form of `--trusted-publisher`. */
export const pairInput = v.strictObject({
  publisher: text("PUBLISHER", "The publisher's name, or PUBLISHER=KEY", (value) =>
    isIdentifier(value) || publisherKey(value) !== undefined ? undefined : "is no publisher's name ([a-z0-9._:-]+)",
  ),
  publicKey: optionalPublicKey,
});

type Pair = v.InferOutput<typeof pairInput>;

export function pairProblem(input: Pair): string | undefined {
  if (pairOf(input) !== undefined) return undefined;
  return input.publicKey === undefined ? "KEY is missing" : "KEY is given twice";
}

export function pairOf({ publisher, publicKey }: Pair): PublisherKey | undefined {
  const joined = publisherKey(publisher);
  if (publicKey === undefined) return joined;
  return joined === undefined ? { publisher, key: publicKey } : undefined;
}

export function changeKey(home: Home, kind: "add" | "pin", input: Pair, call: Call): Promise<TrustDocument> {
  const pair = pairOf(input);
  if (pair === undefined) throw new PalyraError("Usage", { problem: pairProblem(input) ?? "KEY is missing" });
  return change(home, { do: kind, ...pair }, call);
}

export async function change(home: Home, edit: StoreChange, call: Call): Promise<TrustDocument> {
  return { ...(await changeTrust(home, edit, call)), trust_store: home.places.trustStore };
}
