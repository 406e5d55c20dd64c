/**
 * Provenance as it is written: an in-toto Statement v0.1 or v1 with a predicate of SLSA v0.1, v0.2 or v1 or any other, or Palyra's bare
 * form, an object with `subject` and `builder`. What is read is what it says; whether it is true is asked elsewhere.
 */
import type { JsonNode, JsonObjectNode } from "../../encoding/index.ts";
import { itemsOf, memberOf, type NodePlace, objectOf, textOf } from "../nodes.ts";

export type StatementForm = "in_toto_v1" | "in_toto_v0_1" | "bare";
export type PredicateForm = "slsa_v1" | "slsa_v0_2" | "slsa_v0_1" | "verification_summary" | "other";

export interface ProvenanceStatement {
  readonly form: StatementForm;
  /** As it is written; absent in the bare form. */
  readonly predicateType?: string;
  readonly predicate: PredicateForm;
  readonly subjects: readonly ProvenanceSubject[];
  /** All that it names: at the top (Palyra's place) and where the predicate has its own. */
  readonly builders: readonly NamedBuilder[];
  readonly buildType?: string;
  /** Of a verification summary: `PASSED`, `FAILED`. */
  readonly verificationResult?: string;
  /** What it was built from: `materials`, `resolvedDependencies`. */
  readonly materials: readonly Material[];
}

export interface ProvenanceSubject {
  /** Empty where there is none. */
  readonly name: string;
  readonly digests: readonly SubjectDigest[];
  readonly place: NodePlace;
}

export interface SubjectDigest {
  /** As it is written: `sha256`, `sha512`, `gitCommit`. */
  readonly algorithm: string;
  readonly value: string;
  readonly place: NodePlace;
}

export interface NamedBuilder {
  readonly id: string;
  readonly place: NodePlace;
}

export interface Material {
  readonly uri?: string;
  readonly digests: Readonly<Record<string, string>>;
}

export type StatementReading =
  | { readonly ok: true; readonly statement: ProvenanceStatement }
  | { readonly ok: false; readonly problem: string; readonly place: NodePlace };

const FORMS: ReadonlyMap<string, StatementForm> = new Map([
  ["https://in-toto.io/Statement/v1", "in_toto_v1"],
  ["https://in-toto.io/Statement/v0.1", "in_toto_v0_1"],
]);
const PREDICATES: ReadonlyMap<string, PredicateForm> = new Map([
  ["https://slsa.dev/provenance/v1", "slsa_v1"],
  ["https://slsa.dev/provenance/v0.2", "slsa_v0_2"],
  ["https://slsa.dev/provenance/v0.1", "slsa_v0_1"],
  ["https://slsa.dev/verification_summary/v1", "verification_summary"],
]);

export function readStatement(document: JsonObjectNode): StatementReading {
  const type = document.members.get("_type");
  const form = type === undefined ? "bare" : FORMS.get(textOf(type) ?? "");
  if (form === undefined) return refused("is no statement of in-toto v0.1 or v1", "_type", type ?? document);
  const named = document.members.get("predicateType");
  if (form !== "bare" && named?.kind !== "string")
    return refused("is missing: a statement says what kind of predicate it has", "predicateType", named ?? document);
  if (form === "bare" && named !== undefined)
    return refused("stands in what has no `_type`, so it is no statement", "predicateType", named);
  const subject = document.members.get("subject");
  const subjects = itemsOf(subject);
  if (subjects.length === 0) return refused("names nothing", "subject", subject ?? document);
  const broken = subjects.findIndex((each) => each.kind !== "object");
  if (broken !== -1) return refused("is no object", `subject[${broken}]`, subjects[broken] ?? document);
  const predicateType = named?.kind === "string" ? named.value : undefined;
  const predicate = PREDICATES.get(predicateType ?? "") ?? "other";
  return {
    ok: true,
    statement: {
      form,
      ...(predicateType === undefined ? {} : { predicateType }),
      predicate,
      subjects: subjects.map(toSubject),
      ...predicateFacts(document, predicate),
    },
  };
}

/**
 * Whether it says that its subjects were built, and by whom: provenance of SLSA, or the word of who verified it that it passed. Whatever else
 * is signed about a file (that it was scanned, released, or failed) says nothing of where it comes from.
 */
export function attestsBuild({ predicate, verificationResult }: ProvenanceStatement): boolean {
  if (predicate === "verification_summary") return verificationResult === "PASSED";
  return predicate === "slsa_v1" || predicate === "slsa_v0_2";
}

const refused = (problem: string, path: string, { offset }: JsonNode): StatementReading => ({
  ok: false,
  problem,
  place: { path, offset },
});

function toSubject(node: JsonNode, index: number): ProvenanceSubject {
  const path = `subject[${index}]`;
  const name = memberOf(node, "name");
  const digests = [...(objectOf(memberOf(node, "digest"))?.members ?? [])].map(([algorithm, value]) => ({
    algorithm,
    value: value.kind === "string" ? value.value : "",
    place: { path: `${path}.digest.${algorithm}`, offset: value.offset },
  }));
  return { name: textOf(name) ?? "", digests, place: { path, offset: node.offset } };
}

/** Each predicate has builder, build type and materials in places of its own. */
function predicateFacts(
  document: JsonObjectNode,
  form: PredicateForm,
): Pick<ProvenanceStatement, "builders" | "buildType" | "verificationResult" | "materials"> {
  const predicate = document.members.get("predicate");
  const definition = memberOf(predicate, "buildDefinition");
  const [builder, path] =
    form === "slsa_v1"
      ? [memberOf(memberOf(predicate, "runDetails"), "builder"), "predicate.runDetails.builder"]
      : [memberOf(predicate, "builder"), "predicate.builder"];
  const buildType =
    form === "slsa_v1"
      ? memberOf(definition, "buildType")
      : form === "slsa_v0_1"
        ? memberOf(memberOf(predicate, "recipe"), "type")
        : memberOf(predicate, "buildType");
  const materials = form === "slsa_v1" ? memberOf(definition, "resolvedDependencies") : memberOf(predicate, "materials");
  const named = textOf(buildType);
  const result = form === "verification_summary" ? textOf(memberOf(predicate, "verificationResult")) : undefined;
  return {
    builders: [...builderAt(document.members.get("builder"), "builder"), ...builderAt(builder, path)],
    ...(named === undefined ? {} : { buildType: named }),
    ...(result === undefined ? {} : { verificationResult: result }),
    materials: itemsOf(materials ?? document.members.get("materials")).map(toMaterial),
  };
}

function builderAt(builder: JsonNode | undefined, path: string): readonly NamedBuilder[] {
  const id = memberOf(builder, "id");
  return id?.kind === "string" && id.value !== "" ? [{ id: id.value, place: { path: `${path}.id`, offset: id.offset } }] : [];
}

function toMaterial(node: JsonNode): Material {
  const uri = textOf(memberOf(node, "uri"));
  const digests = [...(objectOf(memberOf(node, "digest"))?.members ?? [])].flatMap(([algorithm, value]) =>
    value.kind === "string" ? [[algorithm, value.value] as const] : [],
  );
  return { ...(uri === undefined ? {} : { uri }), digests: Object.fromEntries(digests) };
}
