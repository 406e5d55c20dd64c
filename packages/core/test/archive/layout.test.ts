import { describe, expect, it } from "vitest";
import { LAYOUTS, layoutOf } from "../../src/archive/index.ts";
import { outcomeOf } from "../vectors.ts";

const { flat, namespaced } = LAYOUTS;
const others = ["skill.toml", "modules/a.wasm", "assets/signature.json"];

describe("layouts (spec 1.1)", () => {
  it.each([
    ["flat", [flat.signature, flat.sbom, flat.provenance]],
    ["namespaced", [namespaced.signature, namespaced.sbom, namespaced.provenance]],
    ["flat", [flat.signature]],
    ["namespaced", [namespaced.signature]],
    // Without a signature document: where the others lie, so that it is missed there.
    ["flat", [flat.sbom]],
    ["namespaced", [namespaced.provenance]],
    ["namespaced", []],
  ])("%s: %j", (name, paths) => {
    expect(layoutOf([...others, ...paths]).name).toBe(name);
  });

  it.each([
    [[flat.signature, namespaced.signature]],
    [[flat.signature, namespaced.sbom]],
    [[flat.signature, flat.sbom, flat.provenance, namespaced.provenance]],
    [[namespaced.signature, flat.sbom, flat.provenance]],
    [[namespaced.sbom, flat.sbom]],
  ])("T13: two places at once: %j", (paths) => {
    expect(outcomeOf(() => layoutOf(paths))).toHaveCode("InvalidArtifactPath");
  });
});
