/** What the digest of a subject is worth. */
import type { ProvenanceSubject, SubjectDigest } from "./statement.ts";

/** What stands where nobody has filled in a digest: nothing, one digit again and again, a word. */
export function isPlaceholder(value: string): boolean {
  const written = value.trim().toLowerCase();
  return /^(.?)\1*$/u.test(written) || /todo|fixme|placeholder|changeme|unknown|dummy|example|tbd|\.\.\.|…|[<>{}$]/.test(written);
}

/** The one digest that is compared: an artifact's files have a SHA-256 each. */
export const sha256Digest = ({ digests }: ProvenanceSubject): SubjectDigest | undefined =>
  digests.find(({ algorithm }) => /^sha-?256$/i.test(algorithm));
