import { resolve } from "node:path";
import { writeTrustStore } from "palyra-skills/trust";
import type { Call } from "../call.ts";
import {
  applyEdits,
  readTrust,
  requireUsableKey,
  type TrustChange,
  type TrustDocuments,
  withTrustWriter,
} from "../trust/index.ts";
import { makeEvent } from "./events.ts";
import type { Home } from "./home.ts";
import { type Plan, recordSteps } from "./plan.ts";
import { recoverForReading } from "./recover-reading.ts";
import { exclusively } from "./root.ts";

export interface TrustOutcome {
  /** False: the store was so already, and nothing was written. */
  readonly changed: boolean;
  /** What the store says of the publisher now. */
  readonly publisher: string;
  readonly trusted_keys: readonly string[];
  readonly pinned_key: string | null;
}

/**
 * One change of the trust store by a person. What is not there to be removed changes nothing. `Usage` for a key that nobody can sign
 * with, or anybody: one that a store already has is read, and can be removed. `Serialization`, `LockTimeout`, `Io`.
 */
export async function changeTrust(home: Home, change: TrustChange, call: Call): Promise<TrustOutcome> {
  if (change.do === "add" || change.do === "pin") requireUsableKey(change.key);
  await recoverForReading(home, call);
  // Looked at first: what changes nothing makes no folder and no lock.
  const now = await readTrust(home.places.trustStore);
  if (!changes(change, now)) return outcomeOf(now, change.publisher, false);
  const purpose = `skills trust ${change.do}`;
  return exclusively(home, call, purpose, (writer) =>
    // Held from load to save: a key that was removed meanwhile does not come back. T6.
    withTrustWriter(resolve(home.places.trustStore), { purpose, signal: call.signal }, async (trust) => {
      const changed = changes(change, trust.state);
      if (changed) await writer.commit(planTrust(home, change, trust.state, call), { trust });
      return outcomeOf(trust.state, change.publisher, changed);
    }),
  );
}

function changes(change: TrustChange, before: TrustDocuments): boolean {
  return writeTrustStore(applyEdits(before, [change]).store) !== writeTrustStore(before.store);
}

function planTrust(home: Home, change: TrustChange, before: TrustDocuments, call: Call): Plan {
  const { publisher } = change;
  const trust_store = resolve(home.places.trustStore);
  const payload = { change: change.do, publisher, public_keys: keysOf(change, before), trust_store };
  return {
    ulid: home.newUlid(call.now),
    kind: "trust",
    steps: [
      { do: "change_trust", trust_store, edits: [change] },
      ...recordSteps(home, { statuses: [], events: [makeEvent(home, call, "skill.trust_changed", payload)] }),
    ],
  };
}

/** The keys that come or go. */
function keysOf(change: TrustChange, { store }: TrustDocuments): readonly string[] {
  if (change.do === "unpin") return [store.pinned.get(change.publisher) ?? []].flat();
  return change.key === undefined ? (store.trusted.get(change.publisher) ?? []) : [change.key];
}

function outcomeOf({ store }: TrustDocuments, publisher: string, changed: boolean): TrustOutcome {
  return {
    changed,
    publisher,
    trusted_keys: store.trusted.get(publisher) ?? [],
    pinned_key: store.pinned.get(publisher) ?? null,
  };
}
