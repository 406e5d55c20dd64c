/**
 * The system's keychain (spec 6.4): the Secret Service on Linux, the Keychain of macOS, the Credential Manager of Windows. Through
 * `@napi-rs/keyring`, which is optional, prebuilt and loaded at the first use.
 */
import { createRequire } from "node:module";
import type { AsyncEntry } from "@napi-rs/keyring";

/** Entries of ours, each a text under a name. Every method may throw `KeychainFailure`. */
export interface Keychain {
  /** Undefined: it answers, and shows no such entry. */
  get(account: string): Promise<string | undefined>;
  put(account: string, secret: string): Promise<void>;
  /** False: there was none. */
  delete(account: string): Promise<boolean>;
}

/** It is not there, locked, or does not answer. `problem` is for people and holds nothing that is secret. */
export class KeychainFailure extends Error {
  readonly problem: string;

  constructor(problem: string, options?: { readonly cause?: unknown }) {
    super(problem, options);
    this.problem = problem;
  }
}

/** What the entries are filed under. */
const SERVICE = "palyra-skills";

/** Opens nothing yet. */
export function systemKeychain(): Keychain {
  const entry = (account: string): AsyncEntry => {
    const { AsyncEntry: Entry } = load();
    // Pinned: left to itself the package takes the kernel's keyring where no Secret Service answers, and that forgets all at a restart.
    return new Entry(SERVICE, account, { linux: { store: "secret-service" } });
  };
  return {
    get: (account) => asked(async () => (await entry(account).getPassword()) ?? undefined),
    put: (account, secret) => asked(() => entry(account).setPassword(secret)),
    delete: (account) => asked(() => entry(account).deleteCredential()),
  };
}

type Package = typeof import("@napi-rs/keyring");

function load(): Package {
  try {
    const loaded: Package = createRequire(import.meta.url)("@napi-rs/keyring");
    return loaded;
  } catch (cause) {
    throw new KeychainFailure("the package @napi-rs/keyring is not installed here, or not for this platform", { cause });
  }
}

async function asked<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KeychainFailure) throw error;
    throw new KeychainFailure(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
