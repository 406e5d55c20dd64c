import type { Call } from "../../call.ts";
import type { SecretKey } from "../../installed/index.ts";
import { type InstallLook, missingSecrets } from "../../lifecycle/index.ts";
import { parseKey, parseScope, type SecretName } from "../../vault/index.ts";
import type { Services } from "../services.ts";
import { safe } from "../wording/safe.ts";
import { count } from "../wording/units.ts";

/**
 * Asks for each secret that the skill declares and the vault does not hold, where somebody can be asked (spec 5.2). Enter skips one: they
 * never block. What is given is stored at once, so that it is there whatever becomes of the install. Returns what is missing then.
 */
export async function askForSecrets(services: Services, look: InstallLook, call: Call): Promise<readonly SecretKey[]> {
  const { artifact, missingSecrets: missing } = look;
  const { askSecret } = call;
  const names = missing.flatMap((each) => nameOf(each) ?? []);
  if (askSecret === undefined || names.length === 0) return missing;
  call.tell?.([
    "",
    `${safe(artifact.manifest.skill_id)} declares ${count(names.length, "secret")} that the vault does not hold.`,
    "What you type is not shown, and is encrypted; Enter alone skips one. Later: palyra secrets set SCOPE KEY",
    "",
  ]);
  const vault = await services.openVault();
  let stored = 0;
  for (const name of names) {
    const value = await askSecret(`${safe(name.scope)}/${safe(name.key)}${READERS[kindOf(name)]}`);
    if (value.byteLength === 0) continue;
    try {
      await vault.set(name, value, call);
      stored += 1;
    } finally {
      value.fill(0);
    }
  }
  return stored === 0 ? missing : missingSecrets(services.home, artifact.manifest);
}

/** Undefined: no vault can hold it (a key with `*`, a channel without an account). */
function nameOf({ scope: scopeText, key: keyText }: SecretKey): SecretName | undefined {
  const [scope, key] = [parseScope(scopeText), parseKey(keyText)];
  return scope === undefined || key === undefined ? undefined : { scope, key };
}

type Kind = "skill" | "other";

/** T22: a skill's own secret is for it alone. One of another scope can be wanted by others too, and a person is to know that. */
const READERS: { readonly [name in Kind]: string } = { skill: "", other: ", not for this skill alone" };
const kindOf = ({ scope }: SecretName): Kind => (scope.startsWith("skill:") ? "skill" : "other");
