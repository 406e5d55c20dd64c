import {
  componentsOf,
  isNameRefused,
  type LicenseTerms,
  licensesIn,
  parseLicense,
  refusedLicenses,
  type SbomComponent,
  type SbomLicense,
} from "../../supplychain/index.ts";
import { type PaperFinding, placed } from "../papers.ts";
import { type NamesParameter, namesOf } from "../parameter.ts";
import { artifactRule, findings, pass } from "../rule.ts";
import { counted, MAX_LISTED_FINDINGS, messagesOf, quoted, shortened } from "../wording.ts";

const starAtEnd = (name: string): string | undefined =>
  name.includes("*") && name.indexOf("*") < name.length - 1 ? "`*` stands at the end alone" : undefined;
const DENIED: NamesParameter = {
  kind: "names",
  default: [],
  unit: "licences",
  meaning:
    "SPDX ids (`AGPL-3.0-only`), with an exception where it matters, or names as an SBOM has them; `AGPL-*` stands for all that begin so.",
  problem: starAtEnd,
};
const ALLOWED: NamesParameter = {
  kind: "names",
  default: [],
  unit: "licences",
  meaning: "The only ones that are taken, written as the denied ones are. Empty: all that are not denied.",
  problem: starAtEnd,
};

export const licenseDenied = artifactRule({
  id: "license_denied",
  severity: "error",
  asks: "Are the components under licences that the policy takes?",
  why: "What is shipped with a licence that one may not use is to be found before it is shipped on, not by its owner.",
  references: ["https://spdx.org/licenses/"],
  advice:
    "Replace the component, use it under another licence that it offers, or allow the licence in `license_denied` of the policy.",
  example: {
    flagged: '"licenses": [{ "expression": "MIT AND NOT-A-LICENCE" }]',
    passes: '"licenses": [{ "expression": "MIT OR Apache-2.0" }]',
  },
  parameters: { denied: DENIED, allowed: ALLOWED },
  check: ({ sbom, layout, files, policy }) => {
    const terms: LicenseTerms = {
      denied: namesOf(policy, "license_denied", "denied", DENIED),
      allowed: namesOf(policy, "license_denied", "allowed", ALLOWED),
    };
    // What is excluded is for building and testing: nobody gets it.
    const shipped = componentsOf(sbom).filter(({ scope, type }) => scope !== "excluded" && type !== "file");
    const found = shipped.flatMap((component) => aboutComponent(component, terms));
    const names = [...new Set(shipped.flatMap(({ licenses }) => licenses.flatMap(namesIn)))].sort();
    const details = {
      components: shipped.length,
      without_licence: shipped.filter(({ licenses }) => licenses.length === 0).length,
      licences: names.slice(0, MAX_LISTED_FINDINGS).map(shortened),
      licences_count: names.length,
    };
    if (found.length > 0) return [findings(messagesOf(found), placed(found, layout.sbom, files), details)];
    return [
      pass(`${counted(shipped.length, "component")} under ${counted(names.length, "licence")}, none of them refused.`, details),
    ];
  },
});

function aboutComponent(component: SbomComponent, terms: LicenseTerms): readonly PaperFinding[] {
  const { name, licenses, place } = component;
  if (licenses.length > 0) return licenses.flatMap((license) => aboutLicense(name, license, terms));
  if (terms.allowed.length === 0) return [];
  const message = `The SBOM does not say under which licence ${quoted(name)} is, and the policy takes only some. Add it to the SBOM.`;
  return [{ code: "license_missing", status: "warn", message, at: place, quote: name }];
}

function aboutLicense(component: string, { kind, value, place }: SbomLicense, terms: LicenseTerms): readonly PaperFinding[] {
  const reading = parseLicense(value);
  const refused = reading.ok ? refusedLicenses(reading.expression, terms) : isNameRefused(value, terms) ? [value] : [];
  const denied = refused.map(
    (license): PaperFinding => ({
      code: "license_refused",
      status: "fail",
      message: `${quoted(component)} is under ${quoted(license)}, which the policy does not take. Replace it, or allow the licence.`,
      at: place,
      quote: license,
    }),
  );
  if (reading.ok || kind !== "expression") return denied;
  const message = `The licence of ${quoted(component)} is no SPDX expression: ${reading.problem}. Correct it: nobody can hold it against a policy.`;
  return [...denied, { code: "expression_invalid", status: "warn", message, at: place, quote: value }];
}

function namesIn({ value }: SbomLicense): readonly string[] {
  const reading = parseLicense(value);
  return reading.ok ? licensesIn(reading.expression) : [value];
}
