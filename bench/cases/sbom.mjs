// What the schema says of an SBOM of 500 components, over JSON.parse of the same text. Reading it with positions is measured beside it.

import { parseJson } from "palyra-skills/encoding";
import { validateSbom } from "palyra-skills/supplychain";
import { pairs } from "../measure.mjs";

const COMPONENTS = 500;

export async function run() {
  const text = JSON.stringify({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    metadata: { component: { type: "application", name: "acme.echo", version: "1.0.0" } },
    components: Array.from({ length: COMPONENTS }, (_, index) => component(index)),
  });
  const sbom = parseJson(text);
  const { state } = await validateSbom(sbom);
  if (state !== "valid") throw new Error(`the SBOM is ${state}`);
  const what = `${COMPONENTS} components`;
  const floor = "JSON.parse of the same";
  const options = { samples: 41, warmup: 20 };
  return [
    {
      what: `SBOM against its schema, ${what}`,
      floor,
      ...(await pairs(
        () => validateSbom(sbom),
        () => JSON.parse(text),
        options,
      )),
      limit: 8,
    },
    {
      what: `SBOM read with positions, ${what}`,
      floor,
      ...(await pairs(
        () => parseJson(text),
        () => JSON.parse(text),
        options,
      )),
    },
  ];
}

const component = (index) => ({
  type: "library",
  "bom-ref": `pkg:npm/package-${index}@1.0.${index}`,
  name: `package-${index}`,
  version: `1.0.${index}`,
  purl: `pkg:npm/package-${index}@1.0.${index}`,
  scope: "required",
  hashes: [{ alg: "SHA-512", content: index.toString(16).padStart(128, "0") }],
  licenses: [{ license: { id: "MIT" } }],
  externalReferences: [{ type: "vcs", url: `https://example.com/${index}` }],
});
