/** A folder of sources, packed in memory and audited: what an audit of its artifact would find. */
import { join } from "node:path";
import { isSkillError, SkillError } from "palyra-skills";
import type { VerifiedArtifact } from "palyra-skills/artifact";
import type { AuditReport, Check, SourceText } from "palyra-skills/audit";
import type { Audited, SubjectProblem } from "palyra-skills/report";
import { decideTrust, EMPTY_TRUST_STORE } from "palyra-skills/trust";
import { buildFolder, type FolderFiles, type FolderRequest, linkRemarks } from "../../authoring/index.ts";
import type { Call } from "../../call.ts";
import type { Services } from "../services.ts";
import { auditArtifact } from "./examine.ts";
import { problemOf } from "./inventory.ts";
import { readPolicy } from "./policy.ts";
import { quotable } from "./quotable.ts";
import type { Told } from "./report-forms.ts";
import { withScanning } from "./scanning.ts";

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

export async function remarkOnLinks({ manifest, modules, assets, passedOver }: FolderFiles, call: Call): Promise<void> {
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

export function lintDocument({ path, sources, report, problem }: Audited, told: Told = {}): LintDocument {
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
export function sourcesOf(
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

export interface LintRequest extends FolderRequest {
  readonly beside: readonly SourceText[];
}

export interface Linted extends Pick<Audited, "report" | "problem" | "bytesOf"> {
  /** Signed by nobody that counts, and for this one look. Absent where it could not be packed. */
  readonly artifact?: VerifiedArtifact;
}

/** What keeps it from being packed is the answer, not an error: each fault has its place. */
export async function lintFolder(services: Services, request: LintRequest, files: FolderFiles, call: Call): Promise<Linted> {
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
  return { artifact, report, bytesOf: (file) => quoted.get(file) ?? request.beside.find(({ path }) => path === file)?.bytes };
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
