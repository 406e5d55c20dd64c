import { stat } from "node:fs/promises";
import { SkillError } from "palyra-skills";
import { parseSigningKey } from "palyra-skills/signature";
import * as v from "valibot";
import { type PackageDocument, packageSkill, refuseInputAsOutput, signingTime } from "../../authoring/index.ts";
import { PalyraError } from "../../errors.ts";
import { readBounded } from "../../files/index.ts";
import type { SecretName } from "../../vault/index.ts";
import { choice, flag, integer, list, outputFile, text } from "../field.ts";
import { operation } from "../operation.ts";
import { referenceOf, secretReference, VAULT_READ_ERRORS } from "../secrets/shared.ts";
import { MAX_KEY_BYTES, type Services } from "../services.ts";

export const build = operation({
  input: v.strictObject({
    manifest: text("FILE", "The manifest, skill.toml"),
    module: list("FILE", "A WebAssembly module; its path as given becomes its name (repeatable)"),
    asset: v.optional(list("FILE", "Any other file (repeatable)"), []),
    sbom: v.optional(text("FILE", "A CycloneDX SBOM in JSON, instead of a generated one")),
    provenance: v.optional(text("FILE", "A provenance statement, instead of a generated one")),
    output: outputFile("The artifact to write", { stdout: false }),
    signingKeyStdin: flag("Read the signing key from stdin"),
    signingKeyFile: v.optional(text("FILE", "Read the signing key from a file")),
    signingKeyVaultRef: v.optional(secretReference("Take the signing key from the vault")),
    layout: v.optional(
      choice(["namespaced", "flat"], "LAYOUT", "flat is what Palyra's own tools write and read, namespaced everything else"),
    ),
    signedAtUnixMs: v.optional(integer("MS", "The time of signing, instead of $SOURCE_DATE_EPOCH or now", 0)),
  }),
  examples: [
    "skills package build --manifest skill.toml --module echo.wasm --output echo.palyra-skill --signing-key-file acme.key",
    "skills package build --manifest skill.toml --module echo.wasm --output echo.palyra-skill --signing-key-stdin < acme.key",
  ],
  notes:
    "Without --sbom and --provenance both are generated from what is really there: the digests of the files, the git repository and commit, the packages of a lock file beside the manifest; the layout is then namespaced. With both, as Palyra's own tool wants them, it is flat, unless --layout says otherwise.",
  errors: [
    "ManifestParse",
    "ManifestValidation",
    "InvalidArtifactPath",
    "DuplicateArtifactEntry",
    "InvalidSigningKeyLength",
    "InvalidSbom",
    "InvalidProvenance",
    "ArtifactTooLarge",
    "ArtifactEntryTooLarge",
    "ArtifactTooManyEntries",
    "SecretNotFound",
    ...VAULT_READ_ERRORS,
  ],
  problem: ({ module, signingKeyStdin, signingKeyFile, signingKeyVaultRef }) => {
    if (module.length === 0) return "--module is missing";
    const given = [signingKeyStdin ? true : undefined, signingKeyFile, signingKeyVaultRef].filter((each) => each !== undefined);
    if (given.length > 1) return "--signing-key-stdin, --signing-key-file and --signing-key-vault-ref exclude each other";
    return given.length === 0
      ? "one of --signing-key-stdin, --signing-key-file and --signing-key-vault-ref is needed"
      : undefined;
  },
  run: async (services, input, call): Promise<PackageDocument> => {
    const { manifest, module: modules, asset: assets, sbom, provenance, output, signedAtUnixMs } = input;
    const others = [sbom, provenance, input.signingKeyFile].filter((each) => each !== undefined);
    await refuseInputAsOutput(output, [manifest, ...modules, ...assets, ...others]);
    const secretKey = parseSigningKey(await readKey(services, input, call.warn));
    const signedAt = signingTime(signedAtUnixMs, services.sourceDateEpoch, call.now);
    call.progress("packing and signing");
    // Palyra's own command always has both documents, and writes flat: a script of its users gets what it got there.
    const layout = input.layout ?? (sbom === undefined || provenance === undefined ? "namespaced" : "flat");
    const request = { manifest, modules, assets, sbom, provenance, output, layout, secretKey, signedAt };
    return packageSkill(request, services.home.platform, call.warn);
  },
});

async function readKey(services: Services, input: KeySource, warn: (remark: string) => void): Promise<Uint8Array> {
  if (input.signingKeyVaultRef !== undefined) return readKeyOfVault(services, referenceOf(input.signingKeyVaultRef));
  const file = input.signingKeyFile;
  if (file === undefined) return readKeyOfStdin(services);
  const read = await readBounded(file, MAX_KEY_BYTES);
  if (!read.ok) throw new SkillError("InvalidSigningKeyLength", { actual: read.size });
  await warnOfReaders(file, warn);
  return read.bytes;
}

/** The key of a publisher is as secret as its file. A pipe of the shell has no mode that says anything. */
async function warnOfReaders(file: string, warn: (remark: string) => void): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (process.platform === "win32" || found?.isFile() !== true || (found.mode & 0o077) === 0) return;
  const mode = (found.mode & 0o777).toString(8);
  warn(`others on this machine can get at the signing key ${file} (mode ${mode}): chmod 600 ${file}`);
}

interface KeySource {
  readonly signingKeyFile?: string | undefined;
  readonly signingKeyVaultRef?: string | undefined;
}

async function readKeyOfVault(services: Services, name: SecretName): Promise<Uint8Array> {
  const secret = await (await services.openVault()).get(name);
  if (secret === undefined) throw new PalyraError("SecretNotFound", name);
  return secret.value;
}

/** More than the limit is no key, as in a file; how much more is not read. */
async function readKeyOfStdin({ readStdin }: Services): Promise<Uint8Array> {
  try {
    return await readStdin(MAX_KEY_BYTES);
  } catch (error) {
    const tooLarge = error instanceof PalyraError && "code" in error.details && error.details.code === "EFBIG";
    throw tooLarge ? new SkillError("InvalidSigningKeyLength", { actual: MAX_KEY_BYTES + 1 }) : error;
  }
}
