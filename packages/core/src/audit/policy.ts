import { type JsonReader, readJson } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
import type { AuditPolicy, CheckLevel } from "./report.ts";
import { ADDITIONAL_RULES, RULES } from "./rules/index.ts";

/** Spec 4.2. */
export const DEFAULT_POLICY: AuditPolicy = {
  max_module_bytes: 8 * 1024 * 1024,
  max_exported_functions: 128,
  allow_device_capabilities: false,
  allow_wildcard_capabilities: false,
  checks: {},
};

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
  const checks = fields.optional("checks", readLevels);
  fields.finish();
  return {
    max_module_bytes: read.max_module_bytes ?? DEFAULT_POLICY.max_module_bytes,
    max_exported_functions: read.max_exported_functions ?? DEFAULT_POLICY.max_exported_functions,
    allow_device_capabilities: read.allow_device_capabilities ?? DEFAULT_POLICY.allow_device_capabilities,
    allow_wildcard_capabilities: read.allow_wildcard_capabilities ?? DEFAULT_POLICY.allow_wildcard_capabilities,
    ...(functionCost === undefined ? {} : { max_function_compile_cost: functionCost }),
    ...(moduleCost === undefined ? {} : { max_module_compile_cost: moduleCost }),
    checks: checks ?? DEFAULT_POLICY.checks,
  };
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
        level.fault(problem, { found: id, allowed: [...SWITCHABLE].join(", ") });
      }
      return level.oneOf(["fail", "warn", "off"]);
    }),
  );
}
