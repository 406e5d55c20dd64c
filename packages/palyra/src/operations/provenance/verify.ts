import { MAX_ARCHIVE_BYTES } from "palyra-skills/archive";
import { type ProvenanceStatement, readEnvelope } from "palyra-skills/supplychain";
import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import { readBounded } from "../../files/index.ts";
import type { EnvelopeKey } from "../../platform/dsse.ts";
import { list, text } from "../field.ts";
import { operation } from "../operation.ts";
import { MAX_KEY_BYTES, type Services } from "../services.ts";
import { openArtifactFile } from "../shared/artifact.ts";
import { OPEN_ERRORS } from "../shared/errors.ts";
import { artifact } from "../shared/inputs.ts";
import { boundTo, type NamedDocument, readAttestation, readDocument, refused, sha256Of, statementIn } from "./attestation.ts";

/** Who attests to what, once signature, signer and subject have been checked. */
export interface ProvenanceDocument {
  readonly skill_id: string;
  readonly version: string;
  readonly payload_sha256: string;
  readonly artifact_sha256: string;
  /** The file, or the entry of the artifact, that was verified. */
  readonly attestation: string;
  readonly format: "sigstore" | "dsse";
  /** What its subjects are: this artifact, or all of its modules. */
  readonly binds: "artifact" | "modules";
  readonly signer:
    | { readonly kind: "certificate"; readonly identity: string; readonly issuer: string }
    | { readonly kind: "key"; readonly algorithm: EnvelopeKey["algorithm"]; readonly key_file: string };
  /** Null where the artifact itself was signed, without a statement. */
  readonly predicate_type: string | null;
  readonly builders: readonly string[];
}

export const verify = operation({
  input: v.strictObject({
    artifact,
    bundle: v.optional(text("FILE", "A Sigstore bundle or a DSSE envelope; else the one among the assets")),
    trustedRoot: v.optional(text("FILE", "Sigstore's trusted root, trusted_root.json; nothing is fetched")),
    certificateIdentity: v.optional(text("SUBJECT", "Who must have signed, exactly as the certificate names it")),
    certificateOidcIssuer: v.optional(text("URL", "Who must have vouched for that identity")),
    provenanceKey: v.optional(list("FILE", "A public key in PEM, Ed25519 or ECDSA P-256 (repeatable)"), []),
  }),
  examples: [
    "skills provenance verify --artifact echo.palyra-skill --bundle echo.dsse.json --provenance-key builder.pem",
    "skills provenance verify --artifact echo.palyra-skill --bundle echo.sigstore.json --trusted-root trusted_root.json --certificate-identity https://github.com/acme/echo/.github/workflows/release.yml@refs/tags/v1 --certificate-oidc-issuer https://token.actions.githubusercontent.com",
  ],
  notes:
    "Offline. The signature must hold, under a key that is given or under a certificate of that identity and issuer, and what is signed must be about this artifact: its SHA-256, or that of each of its modules.",
  errors: [...OPEN_ERRORS, "ProvenanceRefused"],
  problem: ({ certificateIdentity, certificateOidcIssuer, provenanceKey, trustedRoot }) => {
    if ((certificateIdentity === undefined) !== (certificateOidcIssuer === undefined))
      return "--certificate-identity and --certificate-oidc-issuer need each other";
    if (certificateIdentity !== undefined && provenanceKey.length > 0)
      return "--provenance-key and --certificate-identity exclude each other";
    if (certificateIdentity === undefined && provenanceKey.length === 0)
      return "who may have signed is missing: --provenance-key, or --certificate-identity with --certificate-oidc-issuer";
    return certificateIdentity !== undefined && trustedRoot === undefined ? "--trusted-root is missing" : undefined;
  },
  run: async (services, input, call): Promise<ProvenanceDocument> => {
    const { platform } = services.home;
    const opened = await openArtifactFile(services.home, input.artifact, call);
    const read = await readBounded(input.artifact, MAX_ARCHIVE_BYTES);
    if (!read.ok) throw refused(input.artifact, "it changed while it was read");
    const artifactSha256 = sha256Of(platform.sha256(), read.bytes);
    const attestation = await readAttestation(input.bundle, opened);
    const signed = await checkSignature(services, input, attestation, read.bytes);
    const binds =
      signed.statement === undefined ? "artifact" : boundTo(attestation.name, signed.statement, opened, artifactSha256);
    return {
      skill_id: opened.manifest.skill_id,
      version: opened.manifest.version,
      payload_sha256: opened.payloadSha256,
      artifact_sha256: artifactSha256,
      attestation: attestation.name,
      format: signed.format,
      binds,
      signer: signed.signer,
      predicate_type: signed.statement?.predicateType ?? null,
      builders: signed.statement?.builders.map(({ id }) => id) ?? [],
    };
  },
});

interface Input {
  readonly trustedRoot?: string | undefined;
  readonly certificateIdentity?: string | undefined;
  readonly certificateOidcIssuer?: string | undefined;
  readonly provenanceKey: readonly string[];
}
interface Signed {
  readonly format: ProvenanceDocument["format"];
  readonly signer: ProvenanceDocument["signer"];
  readonly statement?: ProvenanceStatement;
}

async function checkSignature(services: Services, input: Input, attestation: NamedDocument, bytes: Uint8Array): Promise<Signed> {
  const keys = await Promise.all(input.provenanceKey.map(readKey));
  const isEnvelope = attestation.document.members.has("payloadType");
  if (!isEnvelope && !attestation.document.members.has("verificationMaterial"))
    throw refused(attestation.name, "it is neither a DSSE envelope nor a Sigstore bundle");
  if (!isEnvelope) return checkBundle(input, keys, attestation, bytes);
  if (keys.length === 0)
    throw refused(attestation.name, "it is an envelope without a certificate: name the key with --provenance-key");
  const reading = readEnvelope(attestation.document);
  if (!reading.ok) throw refused(attestation.name, reading.problem);
  const { signerOf } = await import("../../platform/dsse.ts");
  const signer = await signerOf(
    reading.envelope,
    keys.map(({ key }) => key),
    services.home.platform,
  );
  const named = keys.find(({ key }) => key === signer);
  if (named === undefined) throw refused(attestation.name, "none of its signatures is of a key that was given");
  const { payloadType, payload } = reading.envelope;
  return { format: "dsse", signer: byKey(named), statement: statementIn(attestation.name, payloadType, payload) };
}

async function checkBundle(
  input: Input,
  keys: readonly NamedKey[],
  attestation: NamedDocument,
  artifact: Uint8Array,
): Promise<Signed> {
  const { trustedRoot, certificateIdentity: identity, certificateOidcIssuer: issuer } = input;
  if (trustedRoot === undefined)
    throw new PalyraError("Usage", { problem: "--trusted-root is missing: it is a Sigstore bundle" });
  const root = await readDocument(trustedRoot);
  const { verifySigstore } = await import("../../platform/sigstore.ts");
  const check = (signer: Parameters<typeof verifySigstore>[0]["signer"]) =>
    verifySigstore({ bundle: attestation.text, trustedRoot: root.text, artifact, signer });
  const statement = ({ payload }: { readonly payload?: { readonly type: string; readonly bytes: Uint8Array } }) =>
    payload === undefined ? {} : { statement: statementIn(attestation.name, payload.type, payload.bytes) };
  if (identity !== undefined && issuer !== undefined) {
    const verdict = check({ kind: "certificate", identity, issuer });
    if (!verdict.ok) throw refused(attestation.name, verdict.problem);
    return { format: "sigstore", signer: { kind: "certificate", identity, issuer }, ...statement(verdict) };
  }
  let problem = "none of the keys that were given";
  for (const named of keys) {
    const verdict = check({ kind: "key", key: named.key.key });
    if (verdict.ok) return { format: "sigstore", signer: byKey(named), ...statement(verdict) };
    problem = verdict.problem;
  }
  throw refused(attestation.name, problem);
}

interface NamedKey {
  readonly file: string;
  readonly key: EnvelopeKey;
}

async function readKey(file: string): Promise<NamedKey> {
  const { readEnvelopeKey } = await import("../../platform/dsse.ts");
  const read = await readBounded(file, MAX_KEY_BYTES);
  const key = read.ok ? readEnvelopeKey(new TextDecoder().decode(read.bytes)) : undefined;
  if (key === undefined)
    throw new PalyraError("Usage", { problem: `--provenance-key ${file} is no public key in PEM, Ed25519 or ECDSA P-256` });
  return { file, key };
}

const byKey = ({ file, key }: NamedKey): ProvenanceDocument["signer"] => ({
  kind: "key",
  algorithm: key.algorithm,
  key_file: file,
});
