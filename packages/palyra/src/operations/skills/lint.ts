import { join } from "node:path";
import { isSkillError, SkillError } from "palyra-skills";
import type { VerifiedArtifact } from "palyra-skills/artifact";
import type { AuditReport, Check, SourceText } from "palyra-skills/audit";
import type { Audited, SubjectProblem } from "palyra-skills/report";
import { decideTrust, EMPTY_TRUST_STORE } from "palyra-skills/trust";
import * as v from "valibot";
import {
  buildFolder,
  type FolderFiles,
  type FolderRequest,
  filesOf,
  linkRemarks,
  readLockFiles,
  signingTime,
} from "../../authoring/index.ts";
import type { Call } from "../../call.ts";
import { list, text } from "../field.ts";
import { operation } from "../operation.ts";
import type { Services } from "../services.ts";
import { baselineProblem } from "../shared/baseline-file.ts";
import { auditArtifact } from "../shared/examine.ts";
import { problemOf } from "../shared/inventory.ts";
import { readPolicy } from "../shared/policy.ts";
import { quotable } from "../shared/quotable.ts";
import { failsBy, formOptions, formProblem, readyToTell, type Told, tell } from "../shared/report-forms.ts";
import { withScanning } from "../shared/scanning.ts";

/** What an audit of the artifact would find that is packed of the folder; places are those of the sources. */
export interface LintDocument extends Told {
  readonly folder: string;
  /** Absent where it could not be packed. */
  readonly skill_id?: string;
  readonly version?: string;
  readonly publisher?: string;
  readonly passed: boolean;
  /** Of each entry the file that it would be packed from; lock files beside the manifest are themselves. */
  readonly files: { readonly [entry: string]: string };
  readonly checks: readonly Check[];
  /** Why it could not be packed. */
  readonly problem?: SubjectProblem;
}

export const lint = operation({
  input: v.strictObject({
    folder: text("DIR", "The folder of skill.toml"),
    module: v.optional(list("FILE", "A module, instead of every .wasm file below the folder (repeatable)"), []),
    asset: v.optional(list("FILE", "Any other file, instead of all in the folder's assets (repeatable)"), []),
    sbom: v.optional(text("FILE", "A CycloneDX SBOM in JSON, instead of a generated one")),
    provenance: v.optional(text("FILE", "A provenance statement, instead of a generated one")),
    ...formOptions,
  }),
  positional: ["folder"],
  places: ["auditPolicy", "vex"],
  examples: ["skills lint .", "skills lint skills/echo --fail-on warn --output lint.sarif"],
  notes:
    "Packs it in memory, as package build does, and audits that: the same rules in the same words, with places in the source files. Nothing is written but --output and --write-baseline. Exits with 1 where it cannot be packed, or as --fail-on says. Entries are named as package build names them in that folder, so that a baseline holds for the artifact, too. node_modules, target, hidden folders and links to folders are not looked into.",
  errors: ["PolicyInvalid", "VexInvalid", "BaselineInvalid", "ArtifactEntryTooLarge", "Serialization", "Io"],
  problem: ({ failOn, ...forms }) => formProblem(forms) ?? baselineProblem(forms, failOn),
  run: async (services, input, call): Promise<LintDocument> => {
    const { folder, module: modules, asset: assets, sbom, provenance } = input;
    const files = filesOf({ folder, modules, assets });
    await remarkOnLinks(files, call);
    const beside = await readLockFiles(folder);
    const sources = sourcesOf(files, { sbom, provenance, folder, beside });
    const baseline = await readyToTell(input, [...sources.values(), services.settings.auditPolicy.value]);
    const secretKey = services.randomBytes(32);
    const signedAt = signingTime(undefined, services.sourceDateEpoch, call.now);
    const linted = await lintOne(
      services,
      { folder, modules, assets, sbom, provenance, secretKey, signedAt, beside },
      files,
      call,
    );
    const audited = { path: folder, sources, ...linted };
    return tell(services, input, call, {
      of: "lint",
      audited: [audited],
      baseline,
      document: (told) => documentOf(audited, told),
    });
  },
  failed: failsBy,
});

async function remarkOnLinks({ manifest, modules, assets, passedOver }: FolderFiles, call: Call): Promise<void> {
  for (const folder of passedOver)
    call.warn(`${folder} is a link to a folder, which is not looked through: name its files, --asset FILE`);
  for (const remark of await linkRemarks([manifest, ...modules.values(), ...assets.values()])) call.warn(remark);
}

/** The document as a report shows it. */
export function auditedOfFolder({ folder, files, skill_id, version, publisher, checks, problem }: LintDocument): Audited {
  const isRead = skill_id !== undefined && version !== undefined && publisher !== undefined;
  return {
    path: folder,
    sources: new Map(Object.entries(files)),
    ...(isRead ? { report: { skill_id, version, publisher, checks } } : {}),
    ...(problem === undefined ? {} : { problem }),
  };
}

function documentOf({ path, sources, report, problem }: Audited, told: Told): LintDocument {
  const { skill_id, version, publisher, checks = [] } = report ?? {};
  return {
    folder: path,
    ...(skill_id === undefined ? {} : { skill_id }),
    ...(version === undefined ? {} : { version }),
    ...(publisher === undefined ? {} : { publisher }),
    passed: problem === undefined && checks.every(({ status }) => status !== "fail"),
    files: Object.fromEntries(sources ?? []),
    checks,
    ...(problem === undefined ? {} : { problem }),
    ...told,
  };
}

/** Where `package build` puts them: the layout that it writes where it generates either document. */
function sourcesOf(
  { manifest, modules, assets }: FolderFiles,
  { sbom, provenance, folder, beside }: Pick<LintRequest, "sbom" | "provenance" | "folder" | "beside">,
): ReadonlyMap<string, string> {
  const below = (folder: string, files: ReadonlyMap<string, string>) =>
    [...files].map(([name, path]) => [`${folder}/${name}`, path] as const);
  return new Map([
    ["skill.toml", manifest],
    ...below("modules", modules),
    ...below("assets", assets),
    ...(sbom === undefined ? [] : [["_palyra/sbom.cdx.json", sbom] as const]),
    ...(provenance === undefined ? [] : [["_palyra/provenance.json", provenance] as const]),
    ...beside.map(({ path }) => [path, join(folder, path)] as const),
  ]);
}

interface LintRequest extends FolderRequest {
  readonly beside: readonly SourceText[];
}
type Linted = Pick<Audited, "report" | "problem" | "bytesOf">;

/** What keeps it from being packed is the answer, not an error: each fault has its place. */
async function lintOne(services: Services, request: LintRequest, files: FolderFiles, call: Call): Promise<Linted> {
  const policy = await readPolicy(services.settings);
  const { platform } = services.home;
  call.progress(`packing ${request.folder}`);
  let artifact: VerifiedArtifact;
  try {
    ({ artifact } = await buildFolder(request, files, platform));
  } catch (error) {
    if (!(error instanceof SkillError) || isSkillError(error, "ArtifactEntryTooLarge")) throw error;
    return { problem: { ...(await problemOf(error)), ...faultsOf(error) } };
  }
  call.progress(`auditing ${request.folder}`);
  const audited = await withScanning(services.settings, call, (scanning) =>
    auditArtifact(services, artifact, { trusting: ITS_OWN, policy, scanning, call, beside: request.beside }),
  );
  const report = withoutSignature(audited);
  const quoted = quotable(report, artifact.archive, platform);
  return { report, bytesOf: (file) => quoted.get(file) ?? request.beside.find(({ path }) => path === file)?.bytes };
}

/** Whom to trust is no question of a folder: its key was made for this one look. */
const ITS_OWN = { decide: (artifact: VerifiedArtifact) => decideTrust(artifact, EMPTY_TRUST_STORE, { allowFirstUse: true }) };

const withoutSignature = ({ checks, ...report }: AuditReport): AuditReport => ({
  ...report,
  checks: checks.filter(({ check_id }) => check_id !== "signature_validity"),
});

function faultsOf({ details }: SkillError): Pick<SubjectProblem, "faults" | "document"> {
  if (!("faults" in details) || details.faults === undefined) return {};
  const document = "path" in details && typeof details.path === "string" ? details.path : "skill.toml";
  return { faults: details.faults, document };
}
