/** Which document speaks for an artifact, what it says once its signature holds, and whether that is about this artifact (T15). */

import { isModulePath, type VerifiedArtifact } from "palyra-skills/artifact";
import { decodeText, type JsonObjectNode, toHex } from "palyra-skills/encoding";
import {
  isAttestation,
  MAX_ATTESTATION_BYTES,
  type ProvenanceStatement,
  readAttestationJson,
  sha256Digest,
  signedStatement,
} from "palyra-skills/supplychain";
import { PalyraError } from "../../errors.ts";
import { readBounded } from "../../files/index.ts";

export interface NamedDocument {
  /** The file, or the entry of the artifact. */
  readonly name: string;
  readonly text: string;
  readonly document: JsonObjectNode;
}

export const refused = (document: string, problem: string): PalyraError =>
  new PalyraError("ProvenanceRefused", { document, problem });

/** The file that was named, or the one asset that is an attestation by its name. */
export async function readAttestation(file: string | undefined, artifact: VerifiedArtifact): Promise<NamedDocument> {
  if (file !== undefined) return readDocument(file);
  const assets = artifact.archive.entries.filter(({ path }) => isAttestation(path));
  const [asset, ...others] = assets;
  if (asset === undefined || others.length > 0)
    throw new PalyraError("Usage", {
      problem:
        asset === undefined
          ? "--bundle is missing, and there is no attestation among the assets"
          : `--bundle is missing, and there are ${assets.length} attestations among the assets`,
    });
  return parsed(asset.path, asset.bytes);
}

export async function readDocument(file: string): Promise<NamedDocument> {
  const read = await readBounded(file, MAX_ATTESTATION_BYTES);
  if (!read.ok) throw refused(file, `it has more than ${MAX_ATTESTATION_BYTES} bytes`);
  return parsed(file, read.bytes);
}

function parsed(name: string, bytes: Uint8Array): NamedDocument {
  const read = readAttestationJson(bytes);
  if (!read.ok) throw refused(name, read.problem);
  return { name, text: decodeText(bytes), document: read.value };
}

/** The statement that an envelope holds. */
export function statementIn(name: string, payloadType: string, payload: Uint8Array): ProvenanceStatement {
  const reading = signedStatement(payloadType, payload);
  if (!reading.ok) throw refused(name, reading.problem);
  return reading.value;
}

/** T15: a proof of something else is none. By the artifact's own digest, or by those of all of its modules. */
export function boundTo(
  name: string,
  { subjects }: ProvenanceStatement,
  artifact: VerifiedArtifact,
  artifactSha256: string,
): "artifact" | "modules" {
  const digests = new Set(subjects.map((subject) => sha256Digest(subject)?.value.toLowerCase()));
  if (digests.has(artifactSha256)) return "artifact";
  const modules = artifact.archive.entries.filter(({ path }) => isModulePath(path));
  const missing = modules.find(({ sha256 }) => !digests.has(sha256));
  if (missing === undefined) return "modules";
  throw refused(name, `it is of something else: neither this artifact nor its ${missing.path} is a subject of it by SHA-256`);
}

export const sha256Of = (hash: { update(bytes: Uint8Array): { digest(): Uint8Array } }, bytes: Uint8Array): string =>
  toHex(hash.update(bytes).digest());
