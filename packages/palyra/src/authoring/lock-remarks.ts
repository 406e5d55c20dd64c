import type { VerifiedArtifact } from "palyra-skills/artifact";
import { compareWithLocks, componentsOf, type Difference } from "palyra-skills/supplychain";
import { asLocks, readLockFiles } from "./lockfile.ts";

/** Differences that are told one by one; `lint` tells them all. */
const MAX_REMARKS = 3;

/** Where an SBOM that was given and the lock files beside the manifest differ (T15), each as a remark: whoever packs it can still mend it. */
export async function lockRemarks({ sbom }: VerifiedArtifact, folder: string): Promise<readonly string[]> {
  const locks = asLocks(await readLockFiles(folder));
  const unread = locks.flatMap(({ path, reading }) =>
    reading.ok ? [] : [`${path} cannot be read (${reading.problem}): the SBOM was not held against it`],
  );
  const { differences } = compareWithLocks(componentsOf(sbom), locks);
  const more = differences.length - MAX_REMARKS;
  return [
    ...unread,
    ...differences.slice(0, MAX_REMARKS).map(inWords),
    ...(more > 0 ? [`the SBOM differs from the lock files in ${more} more: palyra skills lint tells each`] : []),
  ];
}

function inWords(difference: Difference): string {
  const { source, locked } = difference;
  const { name, version } = locked;
  switch (difference.kind) {
    case "missing":
      return `${source.path} has ${name} ${version}, which the SBOM does not list`;
    case "version":
      return `the SBOM lists ${name} ${difference.component.version ?? ""}, and ${source.path} has ${version}`;
    case "hash":
      return `the SBOM gives another ${difference.hash.algorithm} of ${name} ${version} than ${source.path}`;
  }
}
