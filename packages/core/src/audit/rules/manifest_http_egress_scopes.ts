import { artifactRule, pass } from "../rule.ts";
import { counted, listed } from "../wording.ts";

export const manifestHttpEgressScopes = artifactRule({
  id: "manifest_http_egress_scopes",
  severity: "info",
  asks: "Which hosts does the skill ask for?",
  why: "A host that a skill may reach is a way out for all that it may read.",
  references: [],
  advice: "Read the list before you install.",
  check: ({ manifest }) => {
    const hosts = manifest.capabilities.http_egress_allowlist;
    return [pass(`Asks for ${counted(hosts.length, "host")}.`, listed({ hosts }))];
  },
});
