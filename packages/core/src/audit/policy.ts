import { type JsonReader, nearest, readJson } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
import { DEFAULT_POLICY } from "./default-policy.ts";
import { type Parameters, type ParameterValue, type ParameterValues, readParameter } from "./parameter.ts";
import type { AuditPolicy, CheckLevel } from "./report.ts";
import { ADDITIONAL_RULES, RULES } from "./rules/index.ts";

/**
 * Reads a policy: a JSON object with the fields of spec 4.2, any of them absent, no others. `document` names it in faults.
 * Throws `PolicyInvalid` with everything that is wrong, each with its place: a policy that is misunderstood protects nobody.
 */
export function parsePolicy(source: string | Uint8Array, document: string): AuditPolicy {
  const result = readJson(source, readPolicy);
  if (!result.ok) throw new SkillError("PolicyInvalid", { document, faults: result.faults });
  return result.value;
}

function readPolicy(root: JsonReader): AuditPolicy {
  const fields = root.object();
  const count = (value: JsonReader): number => value.safeInteger({ min: 0 });
  const flag = (value: JsonReader): boolean => value.boolean();
  const read = {
    max_module_bytes: fields.optional("max_module_bytes", count),
    max_exported_functions: fields.optional("max_exported_functions", count),
    allow_device_capabilities: fields.optional("allow_device_capabilities", flag),
    allow_wildcard_capabilities: fields.optional("allow_wildcard_capabilities", flag),
  };
  const functionCost = fields.optional("max_function_compile_cost", count);
  const moduleCost = fields.optional("max_module_compile_cost", count);
  const cooldown = fields.optional("release_cooldown_hours", count);
  const jump = fields.optional("max_version_jump", count);
  const checks = fields.optional("checks", readLevels);
  const parameters = fields.optional("parameters", (value) => readParameters(value, DECLARED));
  fields.finish();
  return {
    max_module_bytes: read.max_module_bytes ?? DEFAULT_POLICY.max_module_bytes,
    max_exported_functions: read.max_exported_functions ?? DEFAULT_POLICY.max_exported_functions,
    allow_device_capabilities: read.allow_device_capabilities ?? DEFAULT_POLICY.allow_device_capabilities,
    allow_wildcard_capabilities: read.allow_wildcard_capabilities ?? DEFAULT_POLICY.allow_wildcard_capabilities,
    ...(functionCost === undefined ? {} : { max_function_compile_cost: functionCost }),
    ...(moduleCost === undefined ? {} : { max_module_compile_cost: moduleCost }),
    ...(cooldown === undefined ? {} : { release_cooldown_hours: cooldown }),
    ...(jump === undefined ? {} : { max_version_jump: jump }),
    checks: checks ?? DEFAULT_POLICY.checks,
    ...(parameters === undefined ? {} : { parameters }),
  };
}

const DECLARED: { readonly [checkId: string]: Parameters } = Object.fromEntries(
  RULES.flatMap(({ id, parameters }) => (parameters === undefined ? [] : [[id, parameters]])),
);

/** Exported for tests: each rule's parameters by name, each of the type that the rule declares. */
export function readParameters(root: JsonReader, declared: { readonly [checkId: string]: Parameters }): ParameterValues {
  return Object.fromEntries(
    root.map((ofRule, id) => {
      const known = Object.hasOwn(declared, id) ? declared[id] : undefined;
      if (known !== undefined) return readOfRule(ofRule, known);
      const problem = KNOWN.has(id) ? "this check has no parameters" : "unknown check";
      ofRule.fault(problem, { found: id, allowed: meant(id, Object.keys(declared)) });
      return {};
    }),
  );
}

function readOfRule(ofRule: JsonReader, declared: Parameters): { readonly [name: string]: ParameterValue } {
  const values = ofRule.map((value, name): readonly [string, ParameterValue][] => {
    const parameter = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (parameter !== undefined) return [[name, readParameter(value, parameter)]];
    value.fault("unknown parameter", { found: name, allowed: meant(name, Object.keys(declared)) });
    return [];
  });
  return Object.fromEntries([...values.values()].flat());
}

/** The one that was probably meant, before a list of forty that is cut. */
function meant(typed: string, names: readonly string[]): string {
  const near = nearest(typed, names);
  return near === undefined || near === typed ? names.join(", ") : `${near}, or another of ${names.length}`;
}

const KNOWN: ReadonlySet<string> = new Set(RULES.map(({ id }) => id));
const SWITCHABLE: ReadonlySet<string> = new Set(ADDITIONAL_RULES.map(({ id }) => id));

function readLevels(checks: JsonReader): { readonly [checkId: string]: CheckLevel } {
  return Object.fromEntries(
    checks.map((level, id) => {
      // Palyra's own checks hold everywhere: only what is added to them can be switched (spec 4.3).
      if (!SWITCHABLE.has(id)) {
        const [rule = id] = id.split(":"); // `manifest_warning:<code>`
        const problem = KNOWN.has(rule) ? "this check cannot be switched" : "unknown check";
        level.fault(problem, { found: id, allowed: meant(id, [...SWITCHABLE]) });
      }
      return level.oneOf(["fail", "warn", "off"]);
    }),
  );
}
