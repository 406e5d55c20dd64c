/**
 * What launches and capabilities are asked of (spec 10.5): the schema, and the policies that always hold. Operators' files stand beside
 * them and can take nothing away: a `forbid` goes before every `permit`. `palyra skills policy show` prints both.
 */

/** The schema that every policy is validated against. */
export const SCHEMA = `namespace Palyra {
  // Who asked for the run, as the host knows it: user:local, system:daemon ...
  entity Principal;

  // The installed version that is to run. Requests come from it: it is their principal.
  entity Skill = {
    version: String,
    publisher: String,
    status: String,            // active, quarantined, disabled; unknown where nothing is recorded
    trust: String,             // allowlisted, tofu_pinned
    signature_key_id: String,
    artifact_sha256: String,
  };

  // A tool of it; what the manifest says of its risk.
  entity Tool in [Skill] = { default_sensitive: Bool, requires_approval: Bool };

  // What the skill declares of one class: hosts, roots, scope/key of secrets, devices.
  entity Capability in [Skill] = { values: Set<String> };

  type Launch = {
    caller: Principal,
    surface: String,           // terminal, api, mcp, library
    requires_approval: Bool,   // any binding of the skill asks for it, reads of files included
    approved: Bool,            // and a person said yes to this
  };

  action "tool.execute" appliesTo { principal: Skill, resource: Tool, context: Launch };
  action "skill.capability.http.egress",
         "skill.capability.filesystem.read",
         "skill.capability.filesystem.write",
         "skill.capability.vault.read",
         "skill.capability.device.use"
    appliesTo { principal: Skill, resource: Capability, context: Launch };
}
`;

/** By the name that an explanation gives it, and as it stands in every set. */
export const ONLY_ACTIVE = {
  id: "palyra#only-active",
  text: `@id("only-active")
forbid (principal, action, resource)
unless { principal.status == "active" };`,
};
export const APPROVED_WHERE_ASKED = {
  id: "palyra#approved-where-asked",
  text: `@id("approved-where-asked")
permit (principal, action, resource)
when { context.approved || !context.requires_approval };`,
};

/** The policies that always hold, for people: a test parses and validates them, and nothing does where they are used (decision 9). */
export const DEFAULT_POLICIES = `// Only what is active runs (spec 5.3).
${ONLY_ACTIVE.text}

// What asks for approval waits for it (spec 2.5, T28). A permit of yours beside this one waives that, for what it names.
${APPROVED_WHERE_ASKED.text}
`;
