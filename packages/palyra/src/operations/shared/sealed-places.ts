import { folderPlace, skillsFolder } from "../../installed/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { readRecordKey } from "../../lifecycle/index.ts";
import type { SealedPlace } from "../../policy/index.ts";

/** Where approvals and grants are, and what of them the vault keeps. */
export async function sealedPlaces(home: Home): Promise<{ readonly approvals: SealedPlace; readonly grants: SealedPlace }> {
  const folder = skillsFolder(home.places.skillsRoot);
  const place = await folderPlace(home.places.skillsRoot);
  const of = (name: "approvals" | "grants"): SealedPlace => {
    const record = `skills.${name}.generation.${place}`;
    return {
      file: folder[name],
      name,
      place,
      key: () => readRecordKey(home, `skills.${name}.key`),
      floor: async () => numberIn(await home.records.get(record)),
      raise: (generation) => home.records.put(record, String(generation)),
    };
  };
  return { approvals: of("approvals"), grants: of("grants") };
}

/** What is none of ours was never written: then no record counts, since each is below it. */
function numberIn(bytes: Uint8Array | undefined): number {
  if (bytes === undefined) return 0;
  const text = Buffer.from(bytes).toString("latin1");
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.MAX_SAFE_INTEGER;
}
