import { SkillError } from "../errors.ts";
import type { Layout, LayoutName } from "./archive.ts";

/** Spec 1.1. */
export const MANIFEST_PATH = "skill.toml";

/** Where the three security files lie (spec 1.1): below `_palyra/`, or, as Palyra's released tool has it, at the root. */
export const LAYOUTS = {
  namespaced: {
    name: "namespaced",
    sbom: "_palyra/sbom.cdx.json",
    provenance: "_palyra/provenance.json",
    signature: "_palyra/signature.json",
  },
  flat: { name: "flat", sbom: "sbom.cdx.json", provenance: "provenance.json", signature: "signature.json" },
} as const satisfies { readonly [name in LayoutName]: Layout };

/**
 * The layout of an archive with these entries: that of its signature document or, where there is none, of whichever
 * security file there is, so that what is missing is named where it belongs. Two places at once are refused: the
 * readers of either would see another artifact (spec 1.1, T13).
 * @throws SkillError `InvalidArtifactPath`
 */
export function layoutOf(paths: Iterable<string>): Layout {
  const present = new Set(paths);
  const namespaced = securityFiles(LAYOUTS.namespaced).filter((path) => present.has(path));
  const flat = securityFiles(LAYOUTS.flat).filter((path) => present.has(path));
  const layout = namespaced.length > 0 && !present.has(LAYOUTS.flat.signature) ? LAYOUTS.namespaced : LAYOUTS.flat;
  const [stray] = layout === LAYOUTS.flat ? namespaced : flat;
  if (stray !== undefined) {
    throw new SkillError("InvalidArtifactPath", { path: stray, problem: `a security file outside the ${layout.name} layout` });
  }
  return namespaced.length + flat.length === 0 ? LAYOUTS.namespaced : layout;
}

const securityFiles = ({ signature, sbom, provenance }: Layout): string[] => [signature, sbom, provenance];
