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
    source: text("DIR", "The source folder, with skill.toml; with --checkout also an address, https: or file:"),
    checkout: flag(
      "Check the commit that the provenance names out of the source's git repository, instead of taking the files as they are",
    ),
    inside: v.optional(text("PATH", "Of an address: the folder of skill.toml in the repository"), "."),
    compare: flag("Say of each entry whether it is the same, byte by byte: what it does anyway"),
    runBuild: v.optional(text("COMMAND", "Build first, by this command, in a copy of the folder; without it nothing is run")),
    sbom: v.optional(text("FILE", "The SBOM that the author gave; else it is generated again")),
    provenance: v.optional(text("FILE", "The provenance that the author gave; else it is generated again")),
  }),
  examples: [
    'skills package rebuild --artifact echo.palyra-skill --source ./echo --compare --run-build "node build.mjs"',
    "skills package rebuild --artifact echo.palyra-skill --source ./echo --compare",
    "skills package rebuild --artifact echo.palyra-skill --source https://github.com/acme/echo --checkout --compare",
  ],
  notes:
    "Packs the skill again from its sources, with the time of the artifact's signature, and compares all but the signature, which only its publisher can make. The folder is only read. --checkout needs git; nothing that the repository configures is run, and submodules are not fetched. A command of --run-build runs as you, with your rights and your network: read it before.",
  errors: [...OPEN_ERRORS, "RebuildFailed"],
  problem: ({ source, checkout }) =>
    /^[a-z][a-z0-9+.-]+:\/\//i.test(source) && !(checkout && /^(?:https|file):\/\//.test(source))
      ? "--source is an address: --checkout takes one that begins with https:// or file://"
      : undefined,
  run: async ({ home, randomBytes }, input, call): Promise<RebuildDocument> => {
    const opened = await openArtifactFile(home, input.artifact, call);
    call.progress(input.runBuild === undefined ? "packing again" : "building and packing again");
    const { source, runBuild: command, sbom, provenance, inside } = input;
    const checkOut = input.checkout ? { inside } : undefined;
    const request = { source, checkOut, command, sbom, provenance, throwawayKey: randomBytes(32) };
    return rebuildSkill(opened, request, home.platform, call.signal);
  },
  failed: ({ reproduced }) => !reproduced,
});
