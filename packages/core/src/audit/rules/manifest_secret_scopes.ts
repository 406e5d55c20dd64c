import { artifactRule, pass } from "../rule.ts";
import { counted, listed } from "../wording.ts";

export const manifestSecretScopes = artifactRule({
  id: "manifest_secret_scopes",
  severity: "info",
  asks: "From which scopes does the skill ask for secrets?",
  why: "A secret that a skill is given can be sent to each host that it may reach.",
  references: [],
  advice: "Read the list before you install.",
  check: ({ manifest }) => {
    const scopes = manifest.capabilities.secrets.map(({ scope }) => scope);
    return [pass(`Asks for secrets of ${counted(scopes.length, "scope")}.`, listed({ scopes }))];
  },
});
