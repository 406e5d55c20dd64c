import type { Manifest } from "palyra-skills/manifest";
import type { SignatureDocument } from "palyra-skills/signature";
import * as v from "valibot";
import { readIndex, skillsFolder, summaryOf } from "../../installed/index.ts";
import { recoverForReading, requireInstalled } from "../../lifecycle/index.ts";
import { openInstalled } from "../../lifecycle/open-installed.ts";
import { operation } from "../operation.ts";
import { OPEN_ERRORS } from "../shared/errors.ts";
import { skillId, version } from "../shared/inputs.ts";
import { type InventoryEntry, inventoryEntry, readStatuses } from "../shared/inventory.ts";
import { withMissingNow } from "../shared/missing-now.ts";

/** Spec 11.4. */
export interface InfoDocument {
  readonly inventory: InventoryEntry;
  readonly manifest: Manifest;
  readonly signature: SignatureDocument;
  /** Ascending. */
  readonly artifact_entries: readonly string[];
  readonly cached_artifact_path: string;
}

export const info = operation({
  input: v.strictObject({ skillId, version }),
  positional: ["skillId"],
  places: ["skillsDir"],
  examples: ["skills info acme.echo_http", "skills info acme.echo_http --version 1.0.0 --json"],
  http: { method: "GET", path: "/admin/v1/skills/{skill_id}", fields: ["version"] },
  notes: "Without --version the one that is current. Missing secrets are those that the vault does not hold now.",
  errors: ["NotInstalled", "IndexInvalid", "ArtifactDigestMismatch", ...OPEN_ERRORS],
  run: async ({ home }, input, call): Promise<InfoDocument> => {
    await recoverForReading(home, call);
    const { skillsRoot } = home.places;
    const entry = requireInstalled(await readIndex(skillsRoot), input.skillId, input.version);
    const artifact = await openInstalled(home, entry);
    const now = await withMissingNow(home, entry, artifact.manifest, call);
    return {
      inventory: inventoryEntry(home, now, summaryOf(artifact.manifest), await readStatuses(home, call)),
      manifest: artifact.manifest,
      signature: artifact.signature,
      artifact_entries: artifact.archive.entries.map(({ path }) => path),
      cached_artifact_path: skillsFolder(skillsRoot).artifact(entry.skill_id, entry.version),
    };
  },
});
