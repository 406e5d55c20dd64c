/** Attestations among the assets, verified under the keys, identities and roots that the policy names (T15). */
import type { ArchiveEntry } from "../archive/index.ts";
import { decodeText, encodeUtf8 } from "../encoding/index.ts";
import type { Attestations, BundleSigner, Platform } from "../platform/index.ts";
import {
  isAttestation,
  type ProvenanceStatement,
  preAuthEncoding,
  type Reading,
  readAttestationJson,
  readEnvelope,
  signedStatement,
} from "../supplychain/index.ts";
import { type NamesParameter, namesOf } from "./parameter.ts";
import type { AuditPolicy } from "./report.ts";

export const ATTESTED = "provenance_attested";

export const KEYS: NamesParameter = {
  kind: "names",
  default: [],
  unit: "public keys in PEM",
  meaning: "Who may have signed an attestation by a key of their own: Ed25519, or ECDSA over P-256.",
  problem: (pem) =>
    /^-----BEGIN PUBLIC KEY-----\s[A-Za-z0-9+/=\s]{1,1000}-----END PUBLIC KEY-----\s*$/.test(pem)
      ? undefined
      : "no public key in PEM",
};
export const IDENTITIES: NamesParameter = {
  kind: "names",
  default: [],
  unit: "issuers and subjects",
  meaning:
    "Who may have signed by a certificate of Sigstore: the issuer, a blank, and the subject exactly as the certificate has them.",
  problem: (text) => (/^https:\/\/\S+ \S(?:.*\S)?$/.test(text) ? undefined : "not an issuer's address, a blank and a subject"),
};
export const ROOTS: NamesParameter = {
  kind: "names",
  default: [],
  unit: "trusted roots",
  meaning: "Sigstore's `trusted_root.json`, each as one text: what bundles must hold under. Nothing is fetched.",
  problem: (text) => (readAttestationJson(encodeUtf8(text)).ok ? undefined : "no JSON object"),
};

export type AttestationState = { readonly path: string } & (
  | { readonly state: "holds"; readonly signer: string; readonly statement: ProvenanceStatement }
  /** Its signature is of nobody whom the policy names, or what it signs is no statement. */
  | { readonly state: "refused"; readonly problem: string }
  /** The policy names nobody: nothing was verified. */
  | { readonly state: "unasked" }
);

/** Attestations of one artifact that are verified; one has one or two. */
const MAX_ATTESTATIONS = 16;

/** Of each attestation, by its name, in path order, whether it holds. Nothing is thrown whatever they are. */
export async function attestationsAmong(
  files: readonly ArchiveEntry[],
  policy: AuditPolicy,
  { attestations: port }: Platform,
): Promise<readonly AttestationState[]> {
  const believed = {
    keys: namesOf(policy, ATTESTED, "keys", KEYS),
    identities: namesOf(policy, ATTESTED, "identities", IDENTITIES),
    roots: namesOf(policy, ATTESTED, "trusted_roots", ROOTS),
  };
  const states: AttestationState[] = [];
  for (const { path, bytes } of files.filter((file) => isAttestation(file.path))) {
    if (believed.keys.length === 0 && believed.identities.length === 0) states.push({ path, state: "unasked" });
    else if (port === undefined) states.push({ path, state: "refused", problem: "this platform cannot verify attestations" });
    else if (states.length >= MAX_ATTESTATIONS)
      states.push({ path, state: "refused", problem: `there are more than ${MAX_ATTESTATIONS} of them` });
    else states.push({ path, ...(await verify(bytes, believed, port)) });
  }
  return states;
}

interface Believed {
  readonly keys: readonly string[];
  readonly identities: readonly string[];
  readonly roots: readonly string[];
}
type Outcome =
  | { readonly state: "holds"; readonly signer: string; readonly statement: ProvenanceStatement }
  | { readonly state: "refused"; readonly problem: string };
interface Signed {
  readonly signer: string;
  readonly type: string;
  readonly payload: Uint8Array;
}

const refused = (problem: string): { readonly state: "refused"; readonly problem: string } => ({ state: "refused", problem });

async function verify(bytes: Uint8Array, believed: Believed, port: Attestations): Promise<Outcome> {
  const document = readAttestationJson(bytes);
  if (!document.ok) return refused(document.problem);
  const { members } = document.value;
  const isEnvelope = members.has("payloadType");
  if (!isEnvelope && !members.has("verificationMaterial")) return refused("it is neither a DSSE envelope nor a Sigstore bundle");
  const signed = isEnvelope ? await envelope(document.value, believed, port) : await bundle(decodeText(bytes), believed, port);
  if (!signed.ok) return refused(signed.problem);
  const { signer, type, payload } = signed.value;
  const statement = signedStatement(type, payload);
  return statement.ok ? { state: "holds", signer, statement: statement.value } : refused(statement.problem);
}

async function envelope(
  document: Parameters<typeof readEnvelope>[0],
  { keys }: Believed,
  port: Attestations,
): Promise<Reading<Signed>> {
  const reading = readEnvelope(document);
  if (!reading.ok) return reading;
  const { payloadType: type, payload, signatures } = reading.envelope;
  const message = preAuthEncoding(type, payload);
  for (const [index, pem] of keys.entries())
    for (const { signature } of signatures)
      if (await port.verify(pem, message, signature)) return { ok: true, value: { signer: keyName(index), type, payload } };
  return { ok: false, problem: "none of its signatures is of a key that the policy names" };
}

async function bundle(text: string, { keys, identities, roots }: Believed, port: Attestations): Promise<Reading<Signed>> {
  const signers: readonly (readonly [name: string, signer: BundleSigner])[] = [
    ...identities.map((each) => [each, identityOf(each)] as const),
    ...keys.map((pem, index) => [keyName(index), { pem }] as const),
  ];
  let problem = "the policy names no trusted root";
  for (const root of roots)
    for (const [signer, how] of signers) {
      const verdict = await port.verifyBundle(text, root, how);
      if (!verdict.ok) problem = verdict.problem;
      else if (verdict.payload === undefined) problem = "what it signs is no in-toto statement";
      else return { ok: true, value: { signer, type: verdict.payload.type, payload: verdict.payload.bytes } };
    }
  return { ok: false, problem };
}

function identityOf(text: string): { readonly issuer: string; readonly identity: string } {
  const blank = text.indexOf(" ");
  return { issuer: text.slice(0, blank), identity: text.slice(blank + 1) };
}

const keyName = (index: number): string => `keys[${index}]`;
