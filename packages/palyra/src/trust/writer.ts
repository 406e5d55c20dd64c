import { basename, join } from "node:path";
import { decodeUtf8 } from "palyra-skills/encoding";
import { writeConstraints, writeTrustStore } from "palyra-skills/trust";
import { io, type LockOptions, makeFolder, withLock, writeFileAtomically } from "../files/index.ts";
import type { TrustDocuments } from "./change.ts";
import { readTrust, type TrustState, trustFiles } from "./file.ts";

/** Write authority over the trust files: exists only while their lock is held, from load to save (T6). */
export interface TrustWriter {
  /** As read under the lock. */
  readonly state: TrustState;
  /** Writes what differs from what is there, each file atomically, mode 0600. */
  save(next: TrustDocuments): Promise<void>;
}

/** Runs `action` under the lock of the trust files. Makes their folder (0700) where it is not there. */
export async function withTrustWriter<Result>(
  trustStore: string,
  options: LockOptions,
  action: (writer: TrustWriter) => Promise<Result>,
): Promise<Result> {
  const files = trustFiles(trustStore);
  await io("create", files.folder, () => makeFolder(files.folder, 0o700));
  return withLock(files.lock, options, async () => {
    let state = await readTrust(trustStore);
    return action({
      get state() {
        return state;
      },
      async save(next) {
        await writeIfChanged(
          files.constraints,
          state.bytes.constraints,
          writeConstraints(state.constraints),
          writeConstraints(next.constraints),
        );
        await writeIfChanged(files.store, state.bytes.store, writeTrustStore(state.store), writeTrustStore(next.store));
        state = await readTrust(trustStore);
      },
    });
  });

  async function writeIfChanged(file: string, bytes: Uint8Array | undefined, before: string, after: string): Promise<void> {
    // A store that says the same in another form, or none that says nothing, is left as it is (T5).
    if (before === after) return;
    if (bytes !== undefined && decodeUtf8(bytes) === after) return;
    // The lock makes the name ours; what a killed process left there is written over.
    await writeFileAtomically(file, after, { mode: 0o600, temporary: join(files.folder, `.${basename(file)}.tmp`) });
  }
}
