import { type Change, diffArtifacts } from "palyra-skills/diff";
import { toHex } from "palyra-skills/encoding";
import * as v from "valibot";
import { flag, text } from "../field.ts";
import { operation } from "../operation.ts";
import { OPEN_ERRORS } from "../shared/errors.ts";
import { type NamedArtifact, resolveArtifact } from "../shared/resolve-artifact.ts";

/** One of the two that are compared. */
export interface DiffSide {
  /** As it was typed. */
  readonly reference: string;
  readonly source: "file" | "installed";
  readonly skill_id: string;
  readonly version: string;
  readonly publisher: string;
  readonly artifact_sha256: string;
  readonly payload_sha256: string;
  /** The signature holds: one whose does not is refused. Whether the key is trusted is not asked. */
  readonly signature: "valid";
  readonly signature_key_id: string;
  /** 64 hex digits. */
  readonly public_key_hex: string;
}

/** What changed from `old` to `new`, and of that what needs a new consent (spec 4.4). */
export interface DiffDocument {
  readonly old: DiffSide;
  readonly new: DiffSide;
  /** Nothing differs; the archives may, around the same entries. */
  readonly same: boolean;
  readonly changes: readonly Change[];
  readonly widening: readonly Change[];
}

const reference = (which: string) =>
  text(
    which,
    "A .palyra-skill file, SKILL@VERSION or SKILL that is installed, or the sha-256 of an installed artifact or payload",
  );

export const diff = operation({
  input: v.strictObject({
    old: reference("OLD"),
    new: reference("NEW"),
    widening: flag("Only what needs a new consent: what NEW grants more than OLD"),
    exitCode: flag("Fail (exit 1) where anything is shown as changed; with --widening, where NEW asks for more"),
  }),
  positional: ["old", "new"],
  places: ["skillsDir"],
  examples: [
    "skills diff acme.echo_http echo-1.1.0.palyra-skill",
    "skills diff acme.echo_http@1.0.0 acme.echo_http@1.1.0 --json",
    "skills diff old.palyra-skill new.palyra-skill --widening --exit-code",
  ],
  notes:
    "Compares identity, keys, tools with their words and schemas, grants, quotas, what the modules import and export, files, SBOM and provenance. Both signatures are checked; trust is not asked for. Exit 0 whatever differs, unless --exit-code is given.",
  errors: ["NotInstalled", "IndexInvalid", "ArtifactDigestMismatch", ...OPEN_ERRORS],
  run: async ({ home }, input, call): Promise<DiffDocument> => {
    const old = await resolveArtifact(home, input.old, call);
    const next = await resolveArtifact(home, input.new, call);
    const { changes, widening } = diffArtifacts(old.artifact, next.artifact);
    return {
      old: sideOf(old),
      new: sideOf(next),
      same: changes.length === 0,
      changes: input.widening ? widening : changes,
      widening,
    };
  },
  failed: ({ changes }, { exitCode }) => exitCode && changes.length > 0,
});

function sideOf({ reference: named, installed, artifact, artifactSha256 }: NamedArtifact): DiffSide {
  const { manifest, payloadSha256, keyId, publicKey } = artifact;
  return {
    reference: named,
    source: installed === undefined ? "file" : "installed",
    skill_id: manifest.skill_id,
    version: manifest.version,
    publisher: manifest.publisher,
    artifact_sha256: artifactSha256,
    payload_sha256: payloadSha256,
    signature: "valid",
    signature_key_id: keyId,
    public_key_hex: toHex(publicKey),
  };
}
