import type { LockedPackage } from "./lock.ts";

type Holders = readonly { readonly locked: LockedPackage }[];

const MADE = new WeakMap<Holders, ReadonlyMap<string, ReadonlySet<string>>>();

/** The digests of one version of a package, by algorithm: made once, however many components are held against them, and each list of digests read once, however many share it (T17). */
export function digestsOf(known: Holders): ReadonlyMap<string, ReadonlySet<string>> {
  const made = MADE.get(known) ?? index(known);
  MADE.set(known, made);
  return made;
}

function index(known: Holders): ReadonlyMap<string, ReadonlySet<string>> {
  const digests = new Map<string, Set<string>>();
  for (const list of new Set(known.map(({ locked }) => locked.hashes)))
    for (const { algorithm, hex } of list) {
      const same = digests.get(algorithm) ?? new Set();
      digests.set(algorithm, same.add(hex));
    }
  return digests;
}
