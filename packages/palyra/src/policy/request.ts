/** What a launch asks of the policies (spec 2.5, 10.5). Pure. */
import { type PolicyBinding, policyBindings } from "palyra-skills/capability";
import type { Manifest } from "palyra-skills/manifest";

/** The skill, the tool and the caller of one launch, as policies see them. */
export interface LaunchFacts {
  readonly manifest: Manifest;
  readonly toolId: string;
  readonly status: string;
  readonly trust: string;
  readonly signatureKeyId: string;
  readonly artifactSha256: string;
  readonly principal: string;
  readonly surface: string;
}

/** One question: may the skill do this to that? */
export interface LaunchRequest extends PolicyBinding {
  readonly values: readonly string[];
}

const READ_ACTION = "skill.capability.filesystem.read";

/** The bindings of spec 2.5, and reads beside them: a person is asked for these too (T28). */
export function bindingsOf(manifest: Manifest): readonly PolicyBinding[] {
  const { filesystem } = manifest.capabilities;
  if (filesystem.read_roots.length === 0) return policyBindings(manifest);
  const read = { action: READ_ACTION, resource: `skill:${manifest.skill_id}`, requires_approval: true };
  return [read, ...policyBindings(manifest)];
}

/** Whether a person is to be asked: by any binding of the skill, also of another tool of it (T28). */
export const requiresApproval = (manifest: Manifest): boolean =>
  bindingsOf(manifest).some(({ requires_approval }) => requires_approval);

/** Everything that is asked before the tool starts: its own execution, and each class of capability that the skill declares. */
export function requestsOf({ manifest, toolId }: Pick<LaunchFacts, "manifest" | "toolId">): readonly LaunchRequest[] {
  return bindingsOf(manifest)
    .filter(({ action, resource }) => action !== "tool.execute" || resource === `tool:${toolId}`)
    .map((binding) => ({ ...binding, values: valuesOf(manifest, binding.action) }));
}

function valuesOf({ capabilities }: Manifest, action: string): readonly string[] {
  switch (action) {
    case "skill.capability.http.egress":
      return capabilities.http_egress_allowlist;
    case READ_ACTION:
      return capabilities.filesystem.read_roots;
    case "skill.capability.filesystem.write":
      return capabilities.filesystem.write_roots;
    case "skill.capability.vault.read":
      return capabilities.secrets.flatMap(({ scope, key_names }) => key_names.map((key) => `${scope}/${key}`));
    case "skill.capability.device.use":
      return [...capabilities.device_capabilities, ...capabilities.node_capabilities];
    default:
      return [];
  }
}
