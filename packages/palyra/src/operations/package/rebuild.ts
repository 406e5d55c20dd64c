import * as v from "valibot";
import { type RebuildDocument, rebuildSkill } from "../../authoring/index.ts";
import { flag, text } from "../field.ts";
import { operation } from "../operation.ts";
import { openArtifactFile } from "../shared/artifact.ts";
import { OPEN_ERRORS } from "../shared/errors.ts";
import { artifact } from "../shared/inputs.ts";

export const rebuild = operation({
  input: v.strictObject({
    artifact,
    source: text("DIR", "The source folder, with skill.toml, at the commit that the provenance names"),
    compare: flag("Say of each entry whether it is the same, byte by byte: what it does anyway"),
    runBuild: v.optional(text("COMMAND", "Build first, by this command, in a copy of the folder; without it nothing is run")),
    sbom: v.optional(text("FILE", "The SBOM that the author gave; else it is generated again")),
    provenance: v.optional(text("FILE", "The provenance that the author gave; else it is generated again")),
  }),
  examples: [
    'skills package rebuild --artifact echo.palyra-skill --source ./echo --compare --run-build "node build.mjs"',
    "skills package rebuild --artifact echo.palyra-skill --source ./echo --compare",
  ],
  notes:
    "Packs the skill again from its sources, with the time of the artifact's signature, and compares all but the signature, which only its publisher can make. The folder is only read. A command of --run-build runs as you, with your rights and your network: read it before.",
  errors: [...OPEN_ERRORS, "RebuildFailed"],
  run: async ({ home, randomBytes }, input, call): Promise<RebuildDocument> => {
    const opened = await openArtifactFile(home, input.artifact, call);
    call.progress(input.runBuild === undefined ? "packing again" : "building and packing again");
    const { source, runBuild: command, sbom, provenance } = input;
    return rebuildSkill(opened, { source, command, sbom, provenance, throwawayKey: randomBytes(32) }, home.platform, call.signal);
  },
  failed: ({ reproduced }) => !reproduced,
});
