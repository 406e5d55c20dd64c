import { join, resolve } from "node:path";
import type { Call } from "../call.ts";
import {
  type DecidingTrust,
  KeptTrust,
  type ListPlace,
  readDeciding,
  readTrust,
  type TrustState,
  type TrustUse,
} from "../trust/index.ts";
import type { Home } from "./home.ts";

/** The trust store of a home. The default place stays one whoever names it (spec 3.3). */
export function trustPlace({ places, records, platform }: Pick<Home, "places" | "records" | "platform">): ListPlace {
  const file = resolve(places.trustStore);
  const isDefault = file === resolve(join(places.stateRoot, "skills", "trust-store.json"));
  return { file, isDefault, records, lists: resolve(join(places.stateRoot, "revocations")), platform };
}

/** Whom this home trusts, for whoever shows or edits it; says so where nothing is recorded of a store that was named. What `readTrust` throws. */
export async function readHomeTrust(home: Home, call: Pick<Call, "warn">): Promise<TrustState> {
  const state = await readTrust(trustPlace(home));
  warnUnrecorded(state, call);
  return state;
}

/**
 * What decides on trust in this home, revocation lists included: the one way for whoever decides. What `readDeciding` throws; that a list
 * should be renewed is a warning.
 */
export async function readDecidingTrust(home: Home, call: Pick<Call, "warn" | "now">, use: TrustUse): Promise<DecidingTrust> {
  return told(await readDeciding(trustPlace(home), use, call.now), call);
}

/** The same, for a process that starts tools again and again. */
export function keptDecidingTrust(home: Home): (call: Pick<Call, "warn" | "now">) => Promise<DecidingTrust> {
  const kept = new KeptTrust(trustPlace(home), "installed");
  return async (call) => told(await kept.read(call.now), call);
}

function told(deciding: DecidingTrust, call: Pick<Call, "warn">): DecidingTrust {
  warnUnrecorded(deciding.state, call);
  for (const { followed, standing } of deciding.lists)
    if (standing !== "fresh")
      call.warn(
        `The revocation list ${followed.issuer} ${standing === "unfetched" ? "was never fetched" : "has expired"}: palyra skills trust revocations refresh`,
      );
  return deciding;
}

function warnUnrecorded({ isRecorded, files }: TrustState, call: Pick<Call, "warn">): void {
  if (!isRecorded)
    call.warn(`No digest of ${files.store} is kept: it is used as it is, until a command that changes it records one.`);
}
