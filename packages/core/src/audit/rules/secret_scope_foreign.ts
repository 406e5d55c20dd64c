import type { JsonObject } from "../../encoding/index.ts";
import { artifactRule, finding, pass } from "../rule.ts";
import { MAX_LISTED_FINDINGS, named, quoted, shortened } from "../wording.ts";

/** Names that the host keeps its own secrets under: digests of trust stores, journal heads (T22, spec 3.3). */
const HOSTS_OWN = ["skills.", "palyra."] as const;

export const secretScopeForeign = artifactRule({
  id: "secret_scope_foreign",
  severity: "error",
  asks: "Does the skill ask only for secrets that can be meant for it?",
  stops: ["T22"],
  advice: "Ask for `skill:<the skill's own id>`, or for a `global` secret that an operator grants.",
  check: ({ manifest }) => {
    const own = `skill:${manifest.skill_id}`;
    const found = manifest.capabilities.secrets.flatMap(({ scope, key_names }) => [
      // T22: another skill's secrets are never granted. Whose `principal:` and `channel:` it is shows when it is called.
      ...(scope.startsWith("skill:") && scope !== own ? [{ scope: shortened(scope), problem: "another skill's scope" }] : []),
      // T22: nor is what the host keeps for itself, in whichever scope.
      ...key_names
        .filter((key) => HOSTS_OWN.some((prefix) => key.startsWith(prefix)))
        .map((key) => ({ scope: shortened(scope), key: shortened(key), problem: "a name of the host's own secrets" })),
    ]);
    if (found.length === 0) return [pass("Asks for no secret of another skill or of the host.")];
    const details: JsonObject = { count: found.length, secrets: found.slice(0, MAX_LISTED_FINDINGS) };
    return [
      finding(
        "fail",
        `\`capabilities.secrets\` asks for what is never granted: ${named(found.map(describe))}. ` +
          `Ask for ${quoted(own)}, or for a \`global\` secret that an operator grants.`,
        details,
      ),
    ];
  },
});

const describe = ({ scope, key, problem }: { readonly scope: string; readonly key?: string; readonly problem: string }): string =>
  `${key === undefined ? quoted(scope) : `${quoted(key)} of ${quoted(scope)}`} (${problem})`;
