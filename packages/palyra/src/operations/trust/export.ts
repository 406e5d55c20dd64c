import { writeTrustExport } from "palyra-skills/trust";
import * as v from "valibot";
import { checkStateRoot } from "../../lifecycle/state-root.ts";
import { readHomeTrust } from "../../lifecycle/trust-place.ts";
import { sha256 } from "../../trust/index.ts";
import { outputFile } from "../field.ts";
import { operation } from "../operation.ts";
import { writeNewFile } from "../shared/new-file.ts";

export interface TrustExportDocument {
  readonly trust_store: string;
  readonly output: string;
  /** Of the file: what to compare where it arrives. */
  readonly sha256: string;
  readonly exported_at_unix_ms: number;
  /** How many publishers are listed, and how many remembered. */
  readonly trusted_publishers: number;
  readonly tofu_publishers: number;
}

export const exportTrust = operation({
  input: v.strictObject({ output: outputFile("Where it is written; never overwritten", { stdout: false }) }),
  places: ["trustStore"],
  examples: ["skills trust export --output trust.json"],
  notes:
    "Writes all that this host trusts, revokes and follows as one file, for skills trust import on another. It holds no secret, and is not signed: compare its digest where it arrives.",
  errors: ["Serialization", "TrustStoreChanged", "VaultUnavailable", "UnsafeStateRoot", "Io"],
  run: async ({ home }, { output }, call): Promise<TrustExportDocument> => {
    await checkStateRoot(home); // T25: what others can write is not carried on.
    const { store, constraints } = await readHomeTrust(home, call);
    const exported_at_unix_ms = call.now;
    const bytes = writeTrustExport({ exported_at_unix_ms, store, constraints });
    await writeNewFile(output, bytes);
    return {
      ...{ trust_store: home.places.trustStore, output, sha256: sha256(bytes), exported_at_unix_ms },
      trusted_publishers: store.trusted.size,
      tofu_publishers: store.pinned.size,
    };
  },
});
