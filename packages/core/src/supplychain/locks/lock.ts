/** What a lock file says: the packages that a program was built from, each in one version, with the digests of what was fetched. */

export interface LockedPackage {
  /** As OSV calls it. */
  readonly ecosystem: LockedEcosystem;
  /** As its ecosystem writes it: `@scope/name`, `github.com/owner/name`. */
  readonly name: string;
  readonly version: string;
  /**
   * `shipped`: part of what runs; `development`: for building or testing only; `optional`: locked, and maybe not part of it; `unknown`:
   * the lock file does not tell these apart.
   */
  readonly use: "shipped" | "development" | "optional" | "unknown";
  /** SPDX, where the lock file has it. */
  readonly license?: string;
  /** Of what the registry gives out; a package may have several files. */
  readonly hashes: readonly LockedHash[];
  /** Where its entry begins: UTF-16 code units of the text without a byte order mark. */
  readonly offset: number;
}

export type LockedEcosystem = "npm" | "crates.io" | "Go" | "PyPI";

export interface LockedHash {
  /** As CycloneDX calls it. */
  readonly algorithm: "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";
  /** Lower-case hex. */
  readonly hex: string;
}

export type LockReading =
  | { readonly ok: true; readonly packages: readonly LockedPackage[] }
  | { readonly ok: false; readonly problem: string; readonly offset: number };

/** A lock file, or a module that lists what it was built with. */
export interface LockFile {
  readonly path: string;
  /** `built`: what a module lists. It is of that module, where a lock file is of what somebody may have built. */
  readonly kind: "lock" | "built";
  /** Surely of this skill: what lies deeper among its files may be of something that it only carries. */
  readonly own: boolean;
  readonly reading: LockReading;
}

/** Bytes of one lock file; those of large projects have two million. */
export const MAX_LOCK_BYTES = 16 * 1024 * 1024;
/** Packages of one lock file. */
export const MAX_LOCKED_PACKAGES = 50_000;

/** What ends the reading of a lock file. Its readers throw it, `readLockFile` alone catches it. */
export class LockFault extends Error {
  /** UTF-16 code units of the text. */
  readonly offset: number;

  constructor(problem: string, offset: number) {
    super(problem);
    this.name = "LockFault";
    this.offset = offset;
  }
}

/** Hex digits of a digest, by algorithm. */
const DIGITS: { readonly [Name in LockedHash["algorithm"]]: number } = {
  "SHA-1": 40,
  "SHA-256": 64,
  "SHA-384": 96,
  "SHA-512": 128,
};

/** None where it is no digest of that kind: what a lock file has beside them says nothing. */
export function lockedHash(algorithm: string, hex: string): readonly LockedHash[] {
  const name = ALGORITHMS.get(algorithm.toLowerCase());
  const digest = hex.toLowerCase();
  if (name === undefined || digest.length !== DIGITS[name] || !/^[0-9a-f]+$/.test(digest)) return [];
  return [{ algorithm: name, hex: digest }];
}

const ALGORITHMS: ReadonlyMap<string, LockedHash["algorithm"]> = new Map([
  ["sha1", "SHA-1"],
  ["sha256", "SHA-256"],
  ["sha384", "SHA-384"],
  ["sha512", "SHA-512"],
]);
