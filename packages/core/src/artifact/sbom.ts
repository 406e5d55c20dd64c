import { JsonFault, type JsonObjectNode, parseJson } from "../encoding/index.ts";
import { type Fault, SkillError } from "../errors.ts";

/**
 * Spec 1.5, step 3: a JSON object whose `bomFormat` is `CycloneDX` and whose `specVersion` is a non-empty string. Strict
 * JSON: two readers must not see two SBOMs (vectors A10 to A12).
 * @param path the entry, for the error
 * @returns the document as nodes, so that nobody parses it again
 * @throws SkillError `InvalidSbom` with all faults
 */
export function checkSbom(bytes: Uint8Array, path: string): JsonObjectNode {
  const sbom = jsonObject(bytes, (faults) => new SkillError("InvalidSbom", { path, faults }));
  const format = sbom.members.get("bomFormat");
  const version = sbom.members.get("specVersion");
  const faults: Fault[] = [];
  if (format?.kind !== "string" || format.value !== "CycloneDX") {
    faults.push({ path: "bomFormat", problem: "not CycloneDX", allowed: "CycloneDX" });
  }
  if (version?.kind !== "string" || version.value === "") {
    faults.push({ path: "specVersion", problem: "missing or empty", allowed: "a version of CycloneDX" });
  }
  if (faults.length > 0) throw new SkillError("InvalidSbom", { path, faults });
  return sbom;
}

/** The object that a text of strict JSON is; `refusal` makes the error of any other. */
export function jsonObject(bytes: Uint8Array, refusal: (faults: readonly Fault[]) => SkillError): JsonObjectNode {
  let node: ReturnType<typeof parseJson>;
  try {
    node = parseJson(bytes);
  } catch (fault) {
    if (fault instanceof JsonFault) throw refusal([fault.toFault()]);
    throw fault;
  }
  if (node.kind !== "object") throw refusal([{ path: "", problem: "not an object" }]);
  return node;
}
