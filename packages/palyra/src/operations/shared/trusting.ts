import type { VerifiedArtifact } from "palyra-skills/artifact";
import {
  decideTrust,
  type TrustConstraints,
  type TrustedSkill,
  type TrustStore,
  withPin,
  withTrusted,
} from "palyra-skills/trust";
import type { Home } from "../../lifecycle/home.ts";
import { checkStateRoot } from "../../lifecycle/state-root.ts";
import { readTrust, requireUsableKey } from "../../trust/index.ts";
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
  readonly now: number;
}

/** The trust store as it is now, with what the command line adds to it. `Usage`, `Serialization`, `UnsafeStateRoot`, `Io`. */
export async function readTrusting(home: Home, options: TrustingOptions): Promise<Trusting> {
  const named = publisherKeys(options.trustedPublisher);
  for (const { key } of named) requireUsableKey(key);
  await checkStateRoot(home); // T25: nobody else may say whom we trust.
  const state = await readTrust(home.places.trustStore);
  const constraints: TrustConstraints = state.constraints;
  let store: TrustStore = named.reduce((known, { publisher, key }) => withTrusted(known, publisher, key), state.store);
  const { allowFirstUse, now } = options;
  return {
    decide: (artifact) => {
      const trusted = decideTrust(artifact, store, { allowFirstUse, constraints, now });
      if (trusted.pin !== undefined) store = withPin(store, trusted.pin.publisher, trusted.pin.publicKey);
      return trusted;
    },
  };
}
