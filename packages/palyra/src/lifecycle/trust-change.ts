import { resolve } from "node:path";
import type { JsonObject } from "palyra-skills/encoding";
import { writeConstraints, writeTrustStore } from "palyra-skills/trust";
import type { Call } from "../call.ts";
import {
  applyEdits,
  differenceOf,
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
import { readHomeTrust, trustPlace } from "./trust-place.ts";

export interface TrustOutcome {
  /** False: the store was so already, and nothing was written. */
  readonly changed: boolean;
  /** What the store says of the publisher now. */
  readonly publisher: string;
  readonly trusted_keys: readonly string[];
  readonly pinned_key: string | null;
}

/** A change of the store itself, which names a publisher. */
export type StoreChange = Extract<TrustChange, { readonly do: "add" | "remove" | "pin" | "unpin" }>;

/**
 * One change of the trust store by a person. What is not there to be removed changes nothing. `Usage` for a key that nobody can sign
 * with, or anybody: one that a store already has is read, and can be removed. `Serialization`, `LockTimeout`, `Io`.
 */
export async function changeTrust(home: Home, change: StoreChange, call: Call): Promise<TrustOutcome> {
  if (change.do === "add" || change.do === "pin") requireUsableKey(change.key);
  const { state, changed } = await decideTrustChange(home, change.do, () => change, call);
  if ("key" in change && change.do !== "remove" && state.constraints.revoked.some(({ public_key }) => public_key === change.key))
    call.warn("this key is revoked here, so nothing that it signs is accepted, listed or remembered");
  return outcomeOf(state, change.publisher, changed);
}

export interface DecidedChange {
  /** What was decided; undefined: nothing is to be changed. */
  readonly change: TrustChange | undefined;
  /** False: the files were so already, and nothing was written. */
  readonly changed: boolean;
  /** What they say now. */
  readonly state: TrustDocuments;
}

/**
 * Decides on a change by what the trust files say, and makes it. `decide` may be asked twice: what it decided first may be another's past
 * when the lock is there. `name`: of the command, for whoever waits. What `decide` throws; `Serialization`, `LockTimeout`, `Io`.
 */
export async function decideTrustChange(
  home: Home,
  name: string,
  decide: (now: TrustDocuments) => TrustChange | undefined,
  call: Call,
): Promise<DecidedChange> {
  await recoverForReading(home, call);
  // Looked at first: what changes nothing makes no folder and no lock.
  const now = await readHomeTrust(home, call);
  const first = decide(now);
  if (first === undefined || !changes(first, now)) return { change: first, changed: false, state: now };
  const purpose = `skills trust ${name}`;
  return exclusively(home, call, purpose, (writer) =>
    // Held from load to save: a key that was removed meanwhile does not come back. T6.
    withTrustWriter(trustPlace(home), { purpose, signal: call.signal }, async (trust) => {
      const change = decide(trust.state);
      const changed = change !== undefined && changes(change, trust.state);
      if (changed) await writer.commit(planTrust(home, change, trust.state, call), { trust });
      return { change, changed, state: trust.state };
    }),
  );
}

function changes(change: TrustChange, before: TrustDocuments): boolean {
  const after = applyEdits(before, [change]);
  return (
    writeTrustStore(after.store) !== writeTrustStore(before.store) ||
    writeConstraints(after.constraints) !== writeConstraints(before.constraints)
  );
}

function planTrust(home: Home, change: TrustChange, before: TrustDocuments, call: Call): Plan {
  const trust_store = resolve(home.places.trustStore);
  const payload = { change: change.do, ...subjectOf(change, before), trust_store };
  return {
    ulid: home.newUlid(call.now),
    kind: "trust",
    steps: [
      { do: "change_trust", trust_store, edits: [change] },
      ...recordSteps(home, { statuses: [], events: [makeEvent(home, call, "skill.trust_changed", payload)] }),
    ],
  };
}

/** Whose keys come or go, and why. */
function subjectOf(change: TrustChange, before: TrustDocuments): JsonObject {
  const { store } = before;
  switch (change.do) {
    case "limit":
      return { ...change.limit };
    case "follow_list":
      return { ...change.list };
    case "unlimit":
      return { publisher: change.publisher, public_key: change.public_key };
    case "unfollow_list":
      return { issuer: change.issuer };
    case "import": {
      const { added, removed } = differenceOf(before, applyEdits(before, [change]));
      return { added: added.map((fact) => ({ ...fact })), removed: removed.map((fact) => ({ ...fact })) };
    }
    case "unpin":
      return { publisher: change.publisher, public_keys: [store.pinned.get(change.publisher) ?? []].flat() };
    case "revoke":
      return { publisher: change.publisher, public_keys: [change.key], reason: change.reason };
    case "revoke_payload":
      return { payload_sha256: change.payload_sha256, reason: change.reason };
    case "rotate": {
      const { publisher, from, to, sequence, statement_sha256 } = change;
      return { publisher, public_keys: [from, to], sequence, statement_sha256 };
    }
    case "freeze": {
      const { publisher, sequence, statement_sha256 } = change;
      return { publisher, public_keys: [store.pinned.get(publisher) ?? []].flat(), sequence, statement_sha256 };
    }
    default: {
      const { publisher, key } = change;
      return { publisher, public_keys: key === undefined ? (store.trusted.get(publisher) ?? []) : [key] };
    }
  }
}

function outcomeOf({ store }: TrustDocuments, publisher: string, changed: boolean): TrustOutcome {
  return {
    changed,
    publisher,
    trusted_keys: store.trusted.get(publisher) ?? [],
    pinned_key: store.pinned.get(publisher) ?? null,
  };
}
