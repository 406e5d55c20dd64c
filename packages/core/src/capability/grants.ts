import { compareUtf8 } from "../encoding/index.ts";
import type { Manifest } from "../manifest/index.ts";

/** Spec 2.5: what a manifest asks for, each list sorted and unique. */
export interface CapabilityGrants {
  readonly http_hosts: readonly string[];
  readonly secret_keys: readonly string[];
  readonly storage_prefixes: readonly string[];
  readonly channels: readonly string[];
}

/** Spec 2.5: one thing that policy is asked for. */
export interface PolicyBinding {
  readonly action: string;
  readonly resource: string;
  readonly requires_approval: boolean;
}

/** What the runtime may grant at most (spec 2.5). */
export function capabilityGrants({ capabilities }: Manifest): CapabilityGrants {
  return {
    http_hosts: sortedUnique(capabilities.http_egress_allowlist),
    secret_keys: sortedUnique(capabilities.secrets.flatMap(({ scope, key_names }) => key_names.map((key) => `${scope}/${key}`))),
    storage_prefixes: sortedUnique(capabilities.filesystem.write_roots),
    channels: [],
  };
}

/** What policy is asked for (spec 2.5): sorted by action, resource, requires_approval; unique. */
export function policyBindings({ skill_id, entrypoints, capabilities }: Manifest): PolicyBinding[] {
  const tools = entrypoints.tools.map(({ id, risk }): PolicyBinding => {
    return {
      action: "tool.execute",
      resource: `tool:${id}`,
      requires_approval: risk.default_sensitive || risk.requires_approval,
    };
  });
  const asked = [
    { action: "skill.capability.http.egress", when: capabilities.http_egress_allowlist },
    { action: "skill.capability.filesystem.write", when: capabilities.filesystem.write_roots },
    { action: "skill.capability.vault.read", when: capabilities.secrets },
    { action: "skill.capability.device.use", when: [...capabilities.device_capabilities, ...capabilities.node_capabilities] },
  ];
  const bindings = asked
    .filter(({ when }) => when.length > 0)
    .map(({ action }): PolicyBinding => ({ action, resource: `skill:${skill_id}`, requires_approval: true }));
  // Tool ids are unique in a manifest and so are the actions above, so no two bindings have action and resource in common.
  return [...bindings, ...tools].sort((a, b) => compareUtf8(a.action, b.action) || compareUtf8(a.resource, b.resource));
}

/** Trimming and dropping blanks is nothing to do: a manifest with white space at the ends of a value is refused (T4). */
function sortedUnique(values: readonly string[]): string[] {
  return [...new Set(values)].sort(compareUtf8);
}
