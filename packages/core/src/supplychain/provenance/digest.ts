/** What the digest of a subject is worth. */
import type { ProvenanceSubject, SubjectDigest } from "./statement.ts";

/** What stands where nobody has filled in a digest: nothing, one digit again and again, a word. */
export function isPlaceholder(value: string): boolean {
  const written = value.trim().toLowerCase();
  return /^(.?)\1*$/u.test(written) || /todo|fixme|placeholder|changeme|unknown|dummy|example|tbd|\.\.\.|…|[<>{}$]/.test(written);
}

const isSha256 = (algorithm: string): boolean => /^sha-?256$/i.test(algorithm);

/** The one digest that is compared: an artifact's files have a SHA-256 each. None where it has two that contradict each other. */
export const sha256Digest = (subject: ProvenanceSubject): SubjectDigest | undefined =>
  contradictingSha256(subject).length > 0 ? undefined : subject.digests.find(({ algorithm }) => isSha256(algorithm));

/** Digests that claim to be the same and are not, under two spellings of SHA-256: readers would differ in which they take. */
export const contradictingSha256 = ({ digests }: ProvenanceSubject): readonly SubjectDigest[] => {
  const [first, ...others] = digests.filter(({ algorithm }) => isSha256(algorithm));
  return others.filter(({ value }) => value.toLowerCase() !== first?.value.toLowerCase());
};
