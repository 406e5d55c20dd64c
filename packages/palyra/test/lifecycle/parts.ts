import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { DEFAULT_POLICY, NO_FEED } from "palyra-skills/audit";
import type { Call } from "../../src/call.ts";
import { journalsKeeping } from "../../src/entry/journals.ts";
import { monotonicUlids } from "../../src/entry/ulid.ts";
import type { Home, InstallRequest, ReauditRequest } from "../../src/lifecycle/index.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { type VaultRecords, vaultDoor, vaultRecords } from "../../src/vault/index.ts";

/** A home in a folder of its own: three places, apart; the skills where commands that only read tidy up as well. */
export function homeIn(root: string): Home & { readonly records: VaultRecords } {
  const records = vaultRecords(vaultDoor({ folder: join(root, "vault"), backend: "encrypted_file" }), () => 1_750_000_000_000);
  return {
    places: {
      stateRoot: join(root, "state"),
      skillsRoot: join(root, "state", "skills"),
      trustStore: join(root, "trust", "store.json"),
      journal: join(root, "journal.sqlite3"),
    },
    platform: nodePlatform,
    newUlid: monotonicUlids((size) => new Uint8Array(randomBytes(size))),
    openJournal: journalsKeeping(records, 0).open,
    holdsSecret: async () => false,
    records,
  };
}

let time = 1_750_000_000_000;
export function newCall(principal = "user:test"): Call & { readonly warnings: string[] } {
  time += 1000;
  const warnings: string[] = [];
  return {
    now: time,
    principal,
    deviceId: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    channel: null,
    signal: new AbortController().signal,
    progress: () => {},
    warn: (text) => void warnings.push(text),
    warnings,
  };
}

export function installRequest(file: string, more: Partial<InstallRequest> = {}): InstallRequest {
  return {
    source: { kind: "local_artifact", reference: file },
    policy: DEFAULT_POLICY,
    trusted: [],
    allowUntrusted: true,
    allowDowngrade: false,
    allowOwnerChange: false,
    acceptWidening: false,
    ...more,
  };
}

export function reauditRequest(more: Partial<ReauditRequest> = {}): ReauditRequest {
  return { policy: DEFAULT_POLICY, feed: NO_FEED, code: "test", clock: () => newCall().now, ...more };
}
