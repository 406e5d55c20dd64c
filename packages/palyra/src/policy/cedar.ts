/** The one place that knows Cedar. It is 4 MB, loaded by whoever decides and by nobody else (habit 8). */
import { createRequire } from "node:module";
import type * as Cedar from "@cedar-policy/cedar-wasm/nodejs";
import { type Fault, SkillError } from "palyra-skills";
import { decodeUtf8, encodeUtf8, positionAt } from "palyra-skills/encoding";
import { SCHEMA } from "./default-policy.ts";
import { type LaunchFacts, type LaunchRequest, requiresApproval } from "./request.ts";

let loaded: typeof Cedar | undefined;

/** Throws what Cedar throws where it cannot go on. */
function cedar(): typeof Cedar {
  if (loaded !== undefined) return loaded;
  const require = createRequire(import.meta.url);
  // One that was given up has its memory and its stack: what is loaded again has its own.
  delete require.cache[require.resolve(PACKAGE)];
  const fresh: typeof Cedar = require(PACKAGE);
  succeeded(fresh.preparseSchema(SCHEMA_NAME, SCHEMA));
  loaded = fresh;
  return fresh;
}

/**
 * Undefined: Cedar ran out of its stack, as it does by some hundred brackets. What is left of it answers nothing any more, or worse, and is given
 * up; all else that it has to say stands in its answers.
 */
function unlessExhausted<Answer>(ask: (engine: typeof Cedar) => Answer): Answer | undefined {
  try {
    return ask(cedar());
  } catch (error) {
    if (!(error instanceof Error) || !EXHAUSTION.includes(error.name)) throw error;
    loaded = undefined;
    return undefined;
  }
}

/** Of the stack of JavaScript, and of WebAssembly's. */
const EXHAUSTION: readonly string[] = ["RangeError", "RuntimeError"];
const PACKAGE = "@cedar-policy/cedar-wasm/nodejs";
const EXHAUSTED =
  "nested too deeply to be evaluated, or too long a chain of && or ||: a set with .contains(), or several policies, say the same";
const SCHEMA_NAME = "palyra";
const TYPES = { Principal: "Palyra::Principal", Skill: "Palyra::Skill", Tool: "Palyra::Tool", Capability: "Palyra::Capability" };

/** One policy of a set, by the name that an explanation gives it: `site.cedar#no-http`. */
export interface NamedPolicy {
  readonly id: string;
  readonly text: string;
}

/** A file that was parsed and validated. */
export interface ParsedFile {
  readonly policies: readonly NamedPolicy[];
  /** What is no fault, and likely a mistake: a policy that can never apply. */
  readonly warnings: readonly Fault[];
}

/** Every fault with its line. @throws SkillError `PolicyInvalid` */
export async function parsePolicyText(text: string, document: string, prefix: string): Promise<ParsedFile> {
  const parsed = unlessExhausted((engine) => parsedBy(engine, text, document, prefix));
  if (parsed === undefined) throw invalid(document, [{ path: "", problem: EXHAUSTED }]);
  return parsed;
}

function parsedBy(
  { policySetTextToParts, policyToJson, validate }: typeof Cedar,
  text: string,
  document: string,
  prefix: string,
): ParsedFile {
  const at = (error: Cedar.DetailedError): Fault => faultOf(error, text);
  const parts = policySetTextToParts(text);
  if (parts.type === "failure") throw invalid(document, parts.errors.map(at));
  if (parts.policy_templates.length > 0) throw invalid(document, [{ path: "", problem: "templates are not supported" }]);
  const answer = validate({ schema: SCHEMA, policies: { staticPolicies: text }, validationSettings: { mode: "strict" } });
  if (answer.type === "failure") throw invalid(document, answer.errors.map(at));
  // The type says success of what is not valid: a misspelt attribute, which would make a forbid never apply.
  const { validationErrors, validationWarnings, otherWarnings } = answer;
  if (validationErrors.length > 0) throw invalid(document, onePerPlace(validationErrors.map(({ error }) => at(error))));
  const policies = parts.policies.map((policy, index): NamedPolicy => {
    const json = policyToJson(policy);
    const said = json.type === "success" ? json.json.annotations?.["id"] : undefined;
    return { id: `${prefix}#${said ?? index + 1}`, text: policy };
  });
  const known = new Set<string>();
  const twice = policies.find(({ id }) => known.size === known.add(id).size);
  if (twice !== undefined) throw invalid(document, [{ path: "", problem: "two policies have one @id", found: twice.id }]);
  return { policies, warnings: [...validationWarnings.map(({ error }) => at(error)), ...otherWarnings.map(at)] };
}

/** What one request came to. */
export interface Decision {
  readonly allowed: boolean;
  /** The policies that decided: those that permit, or those that forbid; none where nothing permits. */
  readonly by: readonly string[];
  /** Policies that could not be evaluated. Cedar leaves such a one out, and a forbid would be gone: here nothing is allowed then. */
  readonly errors: readonly string[];
}

/** A set that has passed: decisions of it are synchronous. */
export interface Decider {
  decide(facts: LaunchFacts, request: LaunchRequest, approved: boolean): Decision;
}

/** @param name of the set; the same name is the same set */
export async function prepareDecider(name: string, policies: readonly NamedPolicy[]): Promise<Decider> {
  const set = { staticPolicies: Object.fromEntries(policies.map(({ id, text }) => [id, text])) };
  // Of the engine that knows the set: where that was given up, the next is told.
  let knowing: typeof Cedar | undefined;
  const prepared = (engine: typeof Cedar): typeof Cedar => {
    if (knowing !== engine) succeeded(engine.preparsePolicySet(name, set));
    knowing = engine;
    return engine;
  };
  if (unlessExhausted(prepared) === undefined) throw invalid(name, [{ path: "", problem: EXHAUSTED }]);
  return {
    decide: (facts, request, approved) => {
      const answer = unlessExhausted((engine) =>
        prepared(engine).statefulIsAuthorized({
          ...questionOf(facts, request, approved),
          preparsedSchemaName: SCHEMA_NAME,
          validateRequest: true,
          preparsedPolicySetId: name,
        }),
      );
      if (answer === undefined) return { allowed: false, by: [], errors: [EXHAUSTED] };
      if (answer.type === "failure") return { allowed: false, by: [], errors: answer.errors.map(({ message }) => message) };
      const { decision, diagnostics } = answer.response;
      const errors = diagnostics.errors.map(({ policyId, error }) => `${policyId}: ${error.message}`);
      return { allowed: decision === "allow" && errors.length === 0, by: [...diagnostics.reason].sort(), errors };
    },
  };
}

function questionOf(facts: LaunchFacts, request: LaunchRequest, approved: boolean) {
  const { manifest, toolId, status, trust, signatureKeyId, artifactSha256, principal, surface } = facts;
  const { skill_id, version, publisher, entrypoints } = manifest;
  const tool = entrypoints.tools.find(({ id }) => id === toolId);
  const isTool = request.action === "tool.execute";
  const skill = { type: TYPES.Skill, id: skill_id };
  const resource = isTool
    ? { type: TYPES.Tool, id: toolId }
    : { type: TYPES.Capability, id: `${skill_id}/${request.action.slice("skill.capability.".length)}` };
  const attrs = isTool
    ? { default_sensitive: tool?.risk.default_sensitive ?? true, requires_approval: tool?.risk.requires_approval ?? true }
    : { values: [...request.values] };
  const said = { version, publisher, status, trust, signature_key_id: signatureKeyId, artifact_sha256: artifactSha256 };
  const caller = { __entity: { type: TYPES.Principal, id: principal } };
  return {
    principal: skill,
    action: { type: "Palyra::Action", id: request.action },
    resource,
    context: { caller, surface, requires_approval: requiresApproval(manifest), approved },
    entities: [
      { uid: skill, attrs: said, parents: [] },
      { uid: resource, attrs, parents: [skill] },
      { uid: caller.__entity, attrs: {}, parents: [] },
    ],
  };
}

/** Line, column and the line itself. Cedar counts bytes. */
function faultOf({ message, help, sourceLocations = [] }: Cedar.DetailedError, text: string): Fault {
  const problem = help === null ? message : `${message} (${help})`;
  const [place] = sourceLocations;
  const before = place === undefined ? undefined : decodeUtf8(encodeUtf8(text).subarray(0, place.start));
  if (before === undefined) return { path: "", problem };
  const expected = place?.label?.replace(/^expected /, "");
  return { path: "", problem, ...(expected === undefined ? {} : { allowed: expected }), ...positionAt(text, before.length) };
}

/** Cedar says the same of a place once for each action. */
const onePerPlace = (faults: readonly Fault[]): readonly Fault[] => [
  ...new Map(faults.map((fault) => [`${fault.line}:${fault.column}`, fault] as const)).values(),
];

const invalid = (document: string, faults: readonly Fault[]): SkillError<"PolicyInvalid"> =>
  new SkillError("PolicyInvalid", { document, faults });

/** Of what was validated before. */
function succeeded(answer: Cedar.CheckParseAnswer): void {
  if (answer.type === "failure") throw new TypeError(`Cedar refuses what is ours: ${answer.errors[0]?.message ?? ""}`);
}
