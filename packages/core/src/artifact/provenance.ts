import type { JsonNode, JsonObjectNode } from "../encoding/index.ts";
import { type Fault, SkillError } from "../errors.ts";
import { jsonObject } from "./sbom.ts";

const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const SLSA_PREDICATE_TYPE = "https://slsa.dev/provenance/v1";

/**
 * Spec 1.5, step 4: a JSON object with subjects and a builder, where the builder stands in one of two places: at the top,
 * which is what Palyra reads, or where an in-toto v1 Statement with an SLSA v1 predicate has it (T15, vector A13).
 * @param path the entry, for the error
 * @returns the document as nodes, so that nobody parses it again
 * @throws SkillError `InvalidProvenance` with all faults
 */
export function checkProvenance(bytes: Uint8Array, path: string): JsonObjectNode {
  const provenance = jsonObject(bytes, (faults) => new SkillError("InvalidProvenance", { path, faults }));
  const subject = provenance.members.get("subject");
  const faults: Fault[] = [];
  if (subject?.kind !== "array" || subject.items.length === 0) {
    faults.push({ path: "subject", problem: "not an array of at least one subject" });
  }
  if (provenance.members.get("builder")?.kind !== "object" && slsaBuilder(provenance)?.kind !== "object") {
    faults.push({ path: "builder", problem: "not an object, and no in-toto v1 Statement with an SLSA v1 builder" });
  }
  if (faults.length > 0) throw new SkillError("InvalidProvenance", { path, faults });
  return provenance;
}

/** `predicate.runDetails.builder`, where the document is the one kind of statement that has it there. */
function slsaBuilder(statement: JsonObjectNode): JsonNode | undefined {
  if (!isText(statement.members.get("_type"), STATEMENT_TYPE)) return undefined;
  if (!isText(statement.members.get("predicateType"), SLSA_PREDICATE_TYPE)) return undefined;
  return member(member(statement.members.get("predicate"), "runDetails"), "builder");
}

function member(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return node?.kind === "object" ? node.members.get(key) : undefined;
}

function isText(node: JsonNode | undefined, text: string): boolean {
  return node?.kind === "string" && node.value === text;
}
