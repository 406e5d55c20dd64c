import { SBOM_VERSIONS, type SchemaFault } from "../../supplychain/index.ts";
import { type PaperFinding, placed } from "../papers.ts";
import { artifactRule, findings, pass, unjudged } from "../rule.ts";
import { counted, named, quoted } from "../wording.ts";

export const sbomSchema = artifactRule({
  id: "sbom_schema",
  severity: "error",
  asks: "Is the SBOM as the official CycloneDX schema of its version wants it?",
  why: "What a scanner cannot read it passes over: components behind a misspelt field are components that nobody looks at.",
  references: ["T15", "https://cyclonedx.org/specification/overview/"],
  advice:
    "Correct the SBOM where the finding points, or have it made by `palyra skills package build` or another generator of CycloneDX.",
  example: {
    flagged: '{ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{ "type": "library", "nme": "left-pad" }] }',
    passes: '{ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{ "type": "library", "name": "left-pad" }] }',
  },
  check: ({ sbomValidity, layout, files }) => {
    if (sbomValidity === undefined) return [unjudged("The SBOM was not held against a schema.")];
    const { version } = sbomValidity;
    if (sbomValidity.state === "valid") return [pass(`The SBOM is valid CycloneDX ${version}.`, { spec_version: version })];
    const details = { spec_version: version, schemas: SBOM_VERSIONS };
    if (sbomValidity.state === "unknown_version") {
      const message =
        `There is no JSON schema for CycloneDX ${quoted(version)}, so nobody can tell whether the SBOM says what it seems to say. ` +
        `Write it in one of ${SBOM_VERSIONS.join(", ")}.`;
      const found = { code: "version_unknown", status: "warn", message, at: sbomValidity.place, quote: version } as const;
      return [findings(message, placed([found], layout.sbom, files), details)];
    }
    const { faults, complete } = sbomValidity;
    const count = complete ? counted(faults.length, "fault") : `more than ${counted(faults.length, "fault")}`;
    const what = named(faults, (fault) => `${nameOf(fault)} ${fault.problem}`);
    return [
      findings(
        `The SBOM is not valid CycloneDX ${version} (${count}): ${what}. Scanners pass over what they cannot read: correct it, or have it made again.`,
        placed(faults.map(toFinding), layout.sbom, files),
        details,
      ),
    ];
  },
});

const nameOf = ({ place }: SchemaFault): string => (place.path === "" ? "the document" : quoted(place.path));

const toFinding = (fault: SchemaFault): PaperFinding => ({
  code: CODES.get(fault.keyword) ?? "limit_broken",
  // The list of SPDX ids grows faster than the schemas are published; a new one hides nothing.
  status: fault.keyword === "enum" && fault.place.path.endsWith(".license.id") ? "warn" : "fail",
  message: `${nameOf(fault)} ${fault.problem}. Correct it: scanners pass over what they cannot read.`,
  at: fault.place,
});

/** Keyword of JSON Schema -> code of the finding. */
const CODES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    required: "field_missing",
    additionalProperties: "field_unknown",
    enum: "value_unknown",
    type: "type_wrong",
    pattern: "value_malformed",
    format: "value_malformed",
    uniqueItems: "item_repeated",
    oneOf: "form_unknown",
    anyOf: "form_unknown",
  }),
);
