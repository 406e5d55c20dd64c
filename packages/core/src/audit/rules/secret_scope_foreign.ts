import type { SecretRequest } from "../../manifest/index.ts";
import { findings, manifestRule, pass } from "../rule.ts";
import { secretDetails, secretFindings, secretInWords } from "../secrets-in-words.ts";
import { named, quoted } from "../wording.ts";

/** Names that the host keeps its own secrets under: digests of trust stores, journal heads (T22, spec 3.3). */
const HOSTS_OWN = ["skills.", "palyra."] as const;

export const secretScopeForeign = manifestRule({
  id: "secret_scope_foreign",
  severity: "error",
  asks: "Does the skill ask only for secrets that can be meant for it?",
  why: "A skill that asks for another skill's secret wants what its user gave to somebody else.",
  references: ["T22"],
  advice: "Ask for `skill:<the skill's own id>`, or for a `global` secret that an operator grants.",
  example: {
    flagged: 'skill_id = "acme.echo"\n[[capabilities.secrets]]\nscope = "skill:globex.pay"\nkey_names = ["token"]',
    passes: 'skill_id = "acme.echo"\n[[capabilities.secrets]]\nscope = "skill:acme.echo"\nkey_names = ["token"]',
  },
  check: ({ manifest }) => {
    const own = `skill:${manifest.skill_id}`;
    const foreign = manifest.capabilities.secrets.flatMap((request, index) => foreignSecrets(request, own, index));
    if (foreign.length === 0) return [pass("Asks for no secret of another skill or of the host.")];
    const advice = `Ask for ${quoted(own)}, or for a \`global\` secret that an operator grants.`;
    const message = `\`capabilities.secrets\` asks for what is never granted: ${named(foreign, secretInWords)}. ${advice}`;
    return [findings(message, secretFindings(foreign, advice), secretDetails(foreign))];
  },
});

/** T22: another skill's secrets, and the host's own in whichever scope. Whose `principal:` and `channel:` it is shows at the call. */
function foreignSecrets({ scope, key_names }: SecretRequest, own: string, index: number) {
  const isOfAnother = scope.startsWith("skill:") && scope !== own;
  const hosts = key_names.filter((key) => HOSTS_OWN.some((prefix) => key.startsWith(prefix)));
  const refused = { index, scope, status: "fail" } as const;
  return [
    ...(isOfAnother ? [{ ...refused, code: "foreign_scope", problem: "another skill's scope" }] : []),
    ...hosts.map((key) => ({ ...refused, key, code: "host_secret", problem: "a name of the host's own secrets" })),
  ];
}
