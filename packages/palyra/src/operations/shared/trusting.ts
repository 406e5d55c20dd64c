import type { VerifiedArtifact } from "palyra-skills/artifact";
import {
  decideTrust,
  type TrustConstraints,
  type TrustedSkill,
  type TrustStore,
  withPin,
  withTrusted,
} from "palyra-skills/trust";
import type { Call } from "../../call.ts";
import type { Home } from "../../lifecycle/home.ts";
import { checkStateRoot } from "../../lifecycle/state-root.ts";
import { readDecidingTrust } from "../../lifecycle/trust-place.ts";
import { requireUsableKey, type TrustUse } from "../../trust/index.ts";
import { publisherKeys } from "./inputs.ts";

/** What a command that only looks may believe for as long as it runs; nothing of it is saved (T5, T6, D4). */
export interface Trusting {
  /** Decides of spec 3.2. A first use is remembered until the command ends, so that its publisher is met once. */
  decide(artifact: VerifiedArtifact): TrustedSkill;
}

export interface TrustingOptions {
  /** Values of `--trusted-publisher`. */
  readonly trustedPublisher: readonly string[];
  readonly allowFirstUse: boolean;
  /** `install`: where a revocation list that is stale keeps new skills out (spec 3.4). Default: `installed`. */
  readonly use?: TrustUse;
}

/** The trust store as it is now, with what the command line adds to it. `Usage`, `Serialization`, `TrustStoreChanged`, `VaultUnavailable`, `RevocationListUnusable`, `RevocationListStale`, `UnsafeStateRoot`, `Io`. */
export async function readTrusting(home: Home, options: TrustingOptions, call: Call): Promise<Trusting> {
  const named = publisherKeys(options.trustedPublisher);
  for (const { key } of named) requireUsableKey(key);
  await checkStateRoot(home); // T25: nobody else may say whom we trust.
  const deciding = await readDecidingTrust(home, call, options.use ?? "installed");
  const constraints: TrustConstraints = deciding.constraints;
  let store: TrustStore = named.reduce((known, { publisher, key }) => withTrusted(known, publisher, key), deciding.store);
  const { allowFirstUse } = options;
  const { now } = call;
  return {
    decide: (artifact) => {
      const trusted = decideTrust(artifact, store, { allowFirstUse, constraints, now });
      if (trusted.pin !== undefined) store = withPin(store, trusted.pin.publisher, trusted.pin.publicKey);
      return trusted;
    },
  };
}
