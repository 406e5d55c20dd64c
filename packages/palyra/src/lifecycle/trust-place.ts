import { join, resolve } from "node:path";
import type { Call } from "../call.ts";
import { readTrust, type TrustPlace, type TrustState } from "../trust/index.ts";
import type { Home } from "./home.ts";

/** The trust store of a home. The default place stays one whoever names it (spec 3.3). */
export function trustPlace({ places, records }: Pick<Home, "places" | "records">): TrustPlace {
  const file = resolve(places.trustStore);
  return { file, isDefault: file === resolve(join(places.stateRoot, "skills", "trust-store.json")), records };
}

/** Whom this home trusts, as every command reads it; says so where nothing is recorded of a store that was named. What `readTrust` throws. */
export async function readHomeTrust(home: Home, call: Pick<Call, "warn">): Promise<TrustState> {
  const state = await readTrust(trustPlace(home));
  if (!state.isRecorded)
    call.warn(`No digest of ${state.files.store} is kept: it is used as it is, until a command that changes it records one.`);
  return state;
}
