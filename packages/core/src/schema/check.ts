import type { JsonValue } from "../encoding/index.ts";
import { Steps } from "./ambiguity.ts";
import { judgePattern } from "./pattern.ts";
import { atPointer, resolveUri } from "./resources.ts";
import { type SchemaLimits, type SchemaNode, type SchemaProblem, type Walked, walkSchema } from "./walk.ts";

/** Problems of one schema and one code that are told: those of one must not push out what another says. */
const MAX_PROBLEMS = 50;
/** Subschemas that one value is held against: a schema of forty lines can ask for 2^40. */
const MAX_EXPANSION = 100_000;
/** Patterns of one schema that are looked into. */
const MAX_PATTERNS = 200;

/**
 * What is wrong with a stranger's JSON Schema (spec 4.4, `tool_schema_valid`): not valid under the draft that it names, too
 * deep or too large, references that lead outside, nowhere or in circles, regular expressions that can blow up. Nothing is
 * fetched, compiled or run.
 */
export function checkSchema(schema: JsonValue, limits: SchemaLimits): readonly SchemaProblem[] {
  const found: SchemaProblem[] = [];
  const told = new Map<SchemaProblem["code"], number>();
  const tell = (problem: SchemaProblem): void => {
    const count = told.get(problem.code) ?? 0;
    told.set(problem.code, count + 1);
    if (count < MAX_PROBLEMS) found.push(problem);
  };
  const walked = walkSchema(schema, limits, tell);
  const targets = resolveReferences(walked, schema, tell);
  checkExpansion(walked, targets, tell);
  const steps = new Steps();
  for (const { path, pattern } of walked.patterns.slice(0, MAX_PATTERNS)) {
    const problem = judgePattern(pattern, steps);
    if (problem !== undefined) tell({ ...problem, path, quote: pattern });
  }
  if (walked.patterns.length > MAX_PATTERNS)
    tell({ code: "too_large", path: "", problem: `at most ${MAX_PATTERNS} regular expressions` });
  return found;
}

type Targets = ReadonlyMap<SchemaNode, readonly SchemaNode[]>;

function resolveReferences(walked: Walked, root: JsonValue, tell: (problem: SchemaProblem) => void): Targets {
  const targets = new Map<SchemaNode, SchemaNode[]>();
  for (const node of walked.nodes)
    for (const { keyword, value } of node.references) {
      const path = `${node.path}.${keyword}`;
      const target = targetOf(value, node, walked, root);
      if (target === "remote")
        tell({ code: "remote_reference", path, problem: "a reference into the same schema", quote: value });
      else if (target === undefined)
        tell({ code: "dangling_reference", path, problem: "a reference to what is there", quote: value });
      else {
        const to = walked.byValue.get(target);
        if (to !== undefined) targets.set(node, [...(targets.get(node) ?? []), to]);
      }
    }
  return targets;
}

/** `remote`: another document, the schema of schemas too, which hosts do not hold. */
function targetOf(reference: string, node: SchemaNode, walked: Walked, root: JsonValue): JsonValue | "remote" | undefined {
  const resolved = resolveUri(node.base, reference);
  const [uri = "", ...rest] = resolved.split("#");
  const fragment = rest.join("#");
  const resource = uri === "" && node.base === "" ? root : walked.targets.get(uri);
  if (resource === undefined) return "remote";
  if (fragment === "") return resource;
  return fragment.startsWith("/") ? atPointer(resource, fragment) : walked.targets.get(`${uri}#${fragment}`);
}

/** In-place references that come back to where they began never end; those that fan out and fan out again take too long. */
function checkExpansion({ nodes }: Walked, targets: Targets, tell: (problem: SchemaProblem) => void): void {
  const cost = new Map<SchemaNode, number>();
  const open = new Set<SchemaNode>();
  let expands = false;
  const measure = (node: SchemaNode): number => {
    const known = cost.get(node);
    if (known !== undefined) return known;
    open.add(node);
    let sum = 1;
    for (const next of [...node.inPlace, ...(targets.get(node) ?? [])]) {
      if (open.has(next)) {
        tell({ code: "reference_cycle", path: node.path, problem: "a reference that does not come back to itself" });
        continue;
      }
      sum += measure(next);
    }
    open.delete(node);
    const bounded = Math.min(sum, Number.MAX_SAFE_INTEGER);
    cost.set(node, bounded);
    if (bounded > MAX_EXPANSION && !expands) {
      expands = true;
      tell({ code: "reference_expansion", path: node.path, problem: `at most ${MAX_EXPANSION} subschemas for one value` });
    }
    return bounded;
  };
  for (const node of nodes) measure(node);
}
