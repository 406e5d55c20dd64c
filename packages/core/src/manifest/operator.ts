import { ENTRYPOINT, HTTPS_URL, LABEL, MODULE_PATH, must, NOT_BLANK, unique } from "./checks.ts";
import { readConfig } from "./config.ts";
import type { Check, Fields } from "./fields.ts";
import type { Operator, Plugin } from "./manifest.ts";

/** Spec 2.1. */
export const CONTRACT_KINDS = [
  "memory_provider",
  "context_engine",
  "routing_strategy",
  "run_lifecycle_hook",
  "compaction_provider",
  "diagnostics_provider",
  "policy_signal_provider",
  "channel_binding_provider",
  "delivery_adapter",
  "scheduler_task_provider",
  "model_auth_provider",
  "connector_adapter",
] as const;

type Contract = NonNullable<Plugin["contracts"]>[number];

/** Spec 2.1: what is shown to operators, and how the skill is wired in. `toolIds`: those of `entrypoints.tools`. */
export function readOperator(fields: Fields, toolIds: ReadonlySet<string>): Operator {
  const display_name = fields.optionalText("display_name", NOT_BLANK);
  const summary = fields.optionalText("summary", NOT_BLANK);
  const description = fields.optionalText("description", NOT_BLANK);
  const categories = fields.texts("categories", LABEL);
  const tags = fields.texts("tags", LABEL);
  const docs_url = fields.optionalText("docs_url", HTTPS_URL);
  const plugin = fields.defaulted("plugin", (inner) => readPlugin(inner, toolIds));
  const config = fields.optional("config", readConfig);
  return {
    ...(display_name === undefined ? {} : { display_name }),
    ...(summary === undefined ? {} : { summary }),
    ...(description === undefined ? {} : { description }),
    categories,
    tags,
    ...(docs_url === undefined ? {} : { docs_url }),
    plugin,
    ...(config === undefined ? {} : { config }),
  };
}

/** Nothing is said that a missing section would not say. */
export function isEmptyOperator(operator: Operator): boolean {
  const { categories, tags, plugin, ...others } = operator;
  return [categories, tags, Object.keys(plugin), Object.keys(others)].every((list) => list.length === 0);
}

function readPlugin(fields: Fields, toolIds: ReadonlySet<string>): Plugin {
  const ofThisSkill = must((id) => toolIds.has(id), "no tool of this skill", "an id of entrypoints.tools");
  const default_tool_id = fields.optionalText("default_tool_id", ofThisSkill);
  const default_module_path = fields.optionalText("default_module_path", MODULE_PATH);
  const default_entrypoint = fields.optionalText("default_entrypoint", ENTRYPOINT);
  const kinds = unique();
  const contracts = fields.tables("contracts", (contract) => readContract(contract, kinds));
  return {
    ...(default_tool_id === undefined ? {} : { default_tool_id }),
    ...(default_module_path === undefined ? {} : { default_module_path }),
    ...(default_entrypoint === undefined ? {} : { default_entrypoint }),
    ...(contracts.length === 0 ? {} : { contracts }),
  };
}

function readContract(fields: Fields, kinds: Check): Contract {
  const kind = fields.word("kind", CONTRACT_KINDS, kinds) ?? "";
  const version = fields.u32("version", 1);
  const node = fields.node("version");
  if (node?.kind === "integer" && node.value !== 1n)
    fields.faults.value(node, { problem: "unknown version of a contract", allowed: "1" });
  return { kind, version };
}
