import { encodeUtf8 } from "palyra-skills/encoding";
import { EMPTY_CONSTRAINTS, EMPTY_TRUST_STORE } from "palyra-skills/trust";
import type { Call } from "../call.ts";
import {
  type Digests,
  differenceOf,
  digestsOf,
  type IntegrityRecord,
  parseTrust,
  putRecord,
  readRecord,
  readTrustUnsealed,
  recordOf,
  type TrustBytes,
  type TrustDifference,
  trustFiles,
  withTrustLock,
} from "../trust/index.ts";
import { makeEvent } from "./events.ts";
import type { Home } from "./home.ts";
import { exclusively, projectNow } from "./root.ts";
import { checkStateRoot } from "./state-root.ts";
import { trustPlace } from "./trust-place.ts";

/** The trust files as they are beside what is recorded of them. */
export interface TrustChanges {
  /** False: they are what is recorded, or say nothing and nothing is recorded. */
  readonly changed: boolean;
  /** Null: nothing is recorded. */
  readonly recorded: Digests | null;
  readonly actual: Digests;
  /** Beside what they said when they were recorded; null where the record does not know, and all that they say now is `added`. */
  readonly difference: TrustDifference;
  readonly compared: boolean;
  readonly bytes: TrustBytes;
}

/** Looks, and writes nothing. `Serialization`: what cannot be read cannot be accepted. `VaultUnavailable`, `UnsafeStateRoot`, `Io`. */
export async function lookTrustChanges(home: Home): Promise<TrustChanges> {
  await checkStateRoot(home); // T25: what others can write is not to be accepted.
  const place = trustPlace(home);
  const files = trustFiles(place.file);
  const record = await readRecord(place);
  const { bytes } = await readTrustUnsealed(place);
  const actual = digestsOf(bytes);
  const known = knownOf(record);
  const empty = { store: EMPTY_TRUST_STORE, constraints: EMPTY_CONSTRAINTS };
  const difference = differenceOf(known === undefined ? empty : parseTrust(files, known), parseTrust(files, bytes));
  const says = difference.added.length > 0;
  const changed = record === undefined ? says : !isSame(record.current, actual) || record.pending !== undefined;
  return { changed, recorded: record?.current ?? null, actual, difference, compared: known !== undefined, bytes };
}

/**
 * Takes the trust files for what they are to be, if they still are what was looked at; false where they are not. Goes before recovery, which
 * may be waiting for it. Journaled first: killed in between, it is to be accepted again. `LockTimeout`, `JournalUnavailable`, and what the
 * look throws.
 */
export async function acceptTrustChanges(home: Home, seen: TrustChanges, call: Call): Promise<boolean> {
  const purpose = "skills trust accept-changes";
  const place = trustPlace(home);
  return exclusively(
    home,
    call,
    purpose,
    (writer) =>
      withTrustLock(place, { purpose, signal: call.signal }, async () => {
        const { bytes } = await readTrustUnsealed(place);
        if (!isSame(digestsOf(bytes), seen.actual)) return false;
        const { recorded, actual, difference } = seen;
        const payload = {
          change: "accept_changes",
          trust_store: place.file,
          recorded: recorded === null ? null : { ...recorded },
          actual: { ...actual },
          added: difference.added.map((fact) => ({ ...fact })),
          removed: difference.removed.map((fact) => ({ ...fact })),
        };
        const event = makeEvent(home, call, "skill.trust_changed", payload);
        const journal = await writer.journal();
        await journal.transaction((open) => void open.append(event));
        await projectNow(writer, call);
        await putRecord(place, recordOf(bytes));
        return true;
      }),
    { recoverFirst: false },
  );
}

function knownOf(record: IntegrityRecord | undefined): TrustBytes | undefined {
  const known = record?.known;
  if (known === undefined) return undefined;
  const bytesOf = (text: string | null): Uint8Array | undefined => (text === null ? undefined : encodeUtf8(text));
  return { store: bytesOf(known.store), constraints: bytesOf(known.constraints) };
}

const isSame = (one: Digests, other: Digests): boolean => one.store === other.store && one.constraints === other.constraints;
