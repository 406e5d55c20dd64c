import { basename, dirname, join } from "node:path";
import { decodeUtf8, encodeUtf8 } from "palyra-skills/encoding";
import { writeConstraints, writeTrustStore } from "palyra-skills/trust";
import { faultPoint, io, type LockOptions, makeFolder, withLock, writeFileAtomically } from "../files/index.ts";
import type { TrustDocuments } from "./change.ts";
import { readTrust, readTrustUnsealed, type TrustState, trustFiles } from "./file.ts";
import { digestsOf, putRecord, recordOf, type TrustPlace } from "./integrity.ts";

/** Write authority over the trust files: exists only while their lock is held, from load to save (T6). */
export interface TrustWriter {
  /** As read under the lock. */
  readonly state: TrustState;
  /** Writes what differs from what is there, each file atomically, mode 0600, and records what they are now (spec 3.3). */
  save(next: TrustDocuments): Promise<void>;
  /** Records that the files go back to what they were in `before`, lets `restore` put them back, and records that they have. */
  takeBack(before: TrustState, restore: () => Promise<void>): Promise<void>;
}

/** Runs `action` under the lock of the trust files. Makes their folder (0700) where it is not there. What `readTrust` throws; `LockTimeout`. */
export async function withTrustWriter<Result>(
  place: TrustPlace,
  options: LockOptions,
  action: (writer: TrustWriter) => Promise<Result>,
): Promise<Result> {
  return withTrustLock(place, options, async () => {
    let state = await readTrust(place);
    return action({
      get state() {
        return state;
      },
      async save(next) {
        const after = { store: storeAfter(state, next), constraints: constraintsAfter(state, next) };
        if (after.store === undefined && after.constraints === undefined) return;
        const bytes = {
          store: after.store === undefined ? state.bytes.store : encodeUtf8(after.store),
          constraints: after.constraints === undefined ? state.bytes.constraints : encodeUtf8(after.constraints),
        };
        // spec 3.3: killed anywhere in here, each file is the one or the other of what the vault says.
        await putRecord(place, { ...recordOf(state.bytes), pending: digestsOf(bytes) });
        faultPoint("trust.pending");
        await write(state.files.constraints, after.constraints);
        await write(state.files.store, after.store);
        faultPoint("trust.written");
        await putRecord(place, recordOf(bytes));
        faultPoint("trust.recorded");
        state = await readTrust(place);
      },
      async takeBack(before, restore) {
        await putRecord(place, { ...recordOf(before.bytes), pending: digestsOf((await readTrustUnsealed(place)).bytes) });
        await restore();
        await putRecord(place, recordOf(before.bytes));
        state = before;
      },
    });
  });
}

/** The lock alone: for whoever decides what the files are to be, whatever is recorded of them. */
export async function withTrustLock<Result>(
  place: TrustPlace,
  options: LockOptions,
  action: () => Promise<Result>,
): Promise<Result> {
  const files = trustFiles(place.file);
  await io("create", files.folder, () => makeFolder(files.folder, 0o700));
  return withLock(files.lock, options, action);
}

const storeAfter = ({ bytes, store }: TrustState, next: TrustDocuments): string | undefined =>
  textAfter(bytes.store, writeTrustStore(store), writeTrustStore(next.store));
const constraintsAfter = ({ bytes, constraints }: TrustState, next: TrustDocuments): string | undefined =>
  textAfter(bytes.constraints, writeConstraints(constraints), writeConstraints(next.constraints));

/** A store that says the same in another form, or none that says nothing, is left as it is (T5): undefined. */
function textAfter(bytes: Uint8Array | undefined, before: string, after: string): string | undefined {
  return before === after || (bytes !== undefined && decodeUtf8(bytes) === after) ? undefined : after;
}

async function write(file: string, text: string | undefined): Promise<void> {
  if (text === undefined) return;
  // The lock makes the name ours; what a killed process left there is written over.
  await writeFileAtomically(file, text, { mode: 0o600, temporary: join(dirname(file), `.${basename(file)}.tmp`) });
}
