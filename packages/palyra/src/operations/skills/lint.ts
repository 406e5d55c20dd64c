import * as v from "valibot";
import { filesOf, readLockFiles, schemaRemarks, signingTime } from "../../authoring/index.ts";
import { list, text } from "../field.ts";
import { operation } from "../operation.ts";
import { baselineProblem } from "../shared/baseline-file.ts";
import { type LintDocument, lintDocument, lintFolder, remarkOnLinks, sourcesOf } from "../shared/lint-folder.ts";
import { failsBy, formOptions, formProblem, readyToTell, tell } from "../shared/report-forms.ts";

export type { LintDocument } from "../shared/lint-folder.ts";

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
    const { artifact, ...linted } = await lintFolder(
      services,
      { folder, modules, assets, sbom, provenance, secretKey, signedAt, beside },
      files,
      call,
    );
    if (artifact !== undefined) for (const remark of schemaRemarks(artifact.manifest)) call.warn(remark);
    const audited = { path: folder, sources, ...linted };
    return tell(services, input, call, {
      of: "lint",
      audited: [audited],
      baseline,
      document: (told) => lintDocument(audited, told),
    });
  },
  failed: failsBy,
});
