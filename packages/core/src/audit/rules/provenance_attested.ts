import { isModulePath } from "../../artifact/index.ts";
import { attestsBuild, type ProvenanceStatement, sha256Digest } from "../../supplychain/index.ts";
import { ATTESTED, type AttestationState, IDENTITIES, KEYS, ROOTS } from "../attestations.ts";
import type { Finding } from "../finding.ts";
import { type FlagParameter, flagOf } from "../parameter.ts";
import { artifactRule, findings, pass, unjudged } from "../rule.ts";
import type { AuditSubject } from "../subject.ts";
import { named as inWords, messagesOf, quoted, shortened } from "../wording.ts";

const REQUIRED: FlagParameter = {
  kind: "flag",
  default: false,
  meaning:
    "Whether a skill needs an attestation of all of its modules by somebody whom the policy names. Without one that holds it fails.",
};

export const provenanceAttested = artifactRule({
  id: ATTESTED,
  severity: "error",
  asks: "Do the attestations among its assets hold, under whom the policy believes, and are they of these modules?",
  why: "The provenance is the publisher's own word. A signature of the builder is somebody else's, and worth something only where it is verified, and of what is packed.",
  references: ["T15", "CWE-347", "https://slsa.dev/spec/v1.0/verifying-artifacts"],
  advice:
    "Add the builder's attestation as an asset, and name its key, or its identity and trusted root, under `provenance_attested` of the policy.",
  example: {
    flagged: "assets/build.dsse.json, whose statement has no subject with the SHA-256 of modules/echo.wasm",
    passes: "assets/build.dsse.json, signed by a key of the policy, with the SHA-256 of every module among its subjects",
  },
  parameters: { required: REQUIRED, keys: KEYS, identities: IDENTITIES, trusted_roots: ROOTS },
  check: (subject) => {
    const { attestations, policy } = subject;
    const required = flagOf(policy, ATTESTED, "required", REQUIRED);
    const judged = attestations.map((state) => ({ state, missing: missingModule(state, subject) }));
    const genuine = judged.flatMap(({ state, missing }) => (state.state === "holds" && missing === undefined ? [state] : []));
    const good = genuine.filter(({ statement }) => attestsBuild(statement));
    const others = genuine.filter(({ statement }) => !attestsBuild(statement)).map(({ statement }) => inShort(statement));
    const details = {
      attestations: attestations.map(({ path }) => path),
      attested_by: good.map(({ signer }) => shortened(signer)),
      builders: good.flatMap(({ statement }) => statement.builders.map(({ id }) => shortened(id))),
      others,
    };
    const found = [
      ...judged.flatMap(({ state, missing }) => aboutOne(state, missing)),
      ...(required && good.length === 0 ? [nobodyAttests(attestations, subject.layout.provenance)] : []),
    ];
    if (found.length > 0) return [findings(messagesOf(found), found, details)];
    if (attestations.length === 0) return [pass("There is no attestation among its assets, and the policy wants none.", details)];
    if (good.length === 0 && others.length > 0)
      return [unjudged(`What is signed says nothing of a build: ${inWords(others, quoted, ", ")}.`, details)];
    if (good.length === 0)
      return [unjudged("The policy names nobody whose attestations are believed, so none was verified.", details)];
    return [pass(`Attested by ${inWords(details.attested_by, quoted, ", ")}.`, details)];
  },
});

/** What a statement is that attests no build. */
const inShort = ({ predicateType = "", verificationResult }: ProvenanceStatement): string =>
  shortened(verificationResult === undefined ? predicateType : `${predicateType} ${verificationResult}`);

/** A module that what holds is not of: by all of their digests alone is it of this artifact, in which it cannot have the artifact's own (T15). */
function missingModule(state: AttestationState, { files }: AuditSubject): string | undefined {
  if (state.state !== "holds") return undefined;
  const digests = new Set(state.statement.subjects.map((each) => sha256Digest(each)?.value.toLowerCase()));
  return files.find(({ path, sha256 }) => isModulePath(path) && !digests.has(sha256))?.path;
}

function aboutOne(state: AttestationState, missing: string | undefined): readonly Finding[] {
  const { path } = state;
  const place = { file: path };
  if (state.state === "refused") {
    const message = `${quoted(path)} does not hold: ${shortened(state.problem)}. Take it out, or name its signer in the policy.`;
    return [{ code: "attestation_refused", status: "warn", message, place }];
  }
  if (missing === undefined) return [];
  const message = `${quoted(path)} is genuine, and of something else: ${quoted(missing)} is no subject of it by SHA-256. Attest to what is packed.`;
  return [{ code: "attestation_other", status: "fail", message, place, quote: missing }];
}

/** Where a policy wants one, whatever keeps it from being there or from being verified is a failure. */
function nobodyAttests(attestations: readonly AttestationState[], file: string): Finding {
  const unasked = attestations.some(({ state }) => state === "unasked");
  const message = unasked
    ? "The policy wants an attestation and names nobody who may have signed it. Add `keys`, or `identities` and `trusted_roots`."
    : "The policy wants an attestation of every module that it was built, by somebody whom it names, and there is none that holds.";
  return { code: "attestation_missing", status: "fail", message, place: { file } };
}
