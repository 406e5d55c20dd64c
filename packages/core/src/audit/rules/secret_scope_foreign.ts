import type { SecretRequest } from "../../manifest/index.ts";
import { artifactRule, finding, pass } from "../rule.ts";
import { type RefusedSecret, secretDetails, secretInWords } from "../secrets-in-words.ts";
import { named, quoted } from "../wording.ts";

/** Names that the host keeps its own secrets under: digests of trust stores, journal heads (T22, spec 3.3). */
const HOSTS_OWN = ["skills.", "palyra."] as const;

export const secretScopeForeign = artifactRule({
  id: "secret_scope_foreign",
  severity: "error",
  asks: "Does the skill ask only for secrets that can be meant for it?",
  why: "A skill that asks for another skill's secret wants what its user gave to somebody else.",
  references: ["T22"],
  advice: "Ask for `skill:<the skill's own id>`, or for a `global` secret that an operator grants.",
  check: ({ manifest }) => {
    const own = `skill:${manifest.skill_id}`;
    const foreign = manifest.capabilities.secrets.flatMap((request) => foreignSecrets(request, own));
    if (foreign.length === 0) return [pass("Asks for no secret of another skill or of the host.")];
    return [
      finding(
        "fail",
        `\`capabilities.secrets\` asks for what is never granted: ${named(foreign, secretInWords)}. ` +
          `Ask for ${quoted(own)}, or for a \`global\` secret that an operator grants.`,
        secretDetails(foreign),
      ),
    ];
  },
});

/** T22: another skill's secrets, and the host's own in whichever scope. Whose `principal:` and `channel:` it is shows at the call. */
function foreignSecrets({ scope, key_names }: SecretRequest, own: string): readonly RefusedSecret[] {
  const isOfAnother = scope.startsWith("skill:") && scope !== own;
  const hosts = key_names.filter((key) => HOSTS_OWN.some((prefix) => key.startsWith(prefix)));
  return [
    ...(isOfAnother ? [{ scope, problem: "another skill's scope" }] : []),
    ...hosts.map((key) => ({ scope, key, problem: "a name of the host's own secrets" })),
  ];
}
