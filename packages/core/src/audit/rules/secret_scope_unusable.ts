import { encodeUtf8 } from "../../encoding/index.ts";
import type { SecretRequest } from "../../manifest/index.ts";
import { findings, manifestRule, pass } from "../rule.ts";
import { secretDetails, secretFindings, secretInWords } from "../secrets-in-words.ts";
import { counted, named } from "../wording.ts";

/** Spec 11.8. Bytes of one segment of a vault's scope. */
const MAX_SEGMENT_BYTES = 256;
/** Spec 11.8: what a vault takes as a key. */
const VAULT_KEY = /^[A-Za-z0-9._-]{1,128}$/;

export const secretScopeUnusable = manifestRule({
  id: "secret_scope_unusable",
  severity: "error",
  asks: "Can a vault hold the secrets that the skill asks for?",
  why: "A secret that no vault can hold is always missing: the skill never works, and its user looks for the reason.",
  references: [],
  advice: "Write channel scopes as `channel:<name>:<account>`.",
  example: {
    flagged: '[[capabilities.secrets]]\nscope = "channel:discord"\nkey_names = ["token"]',
    passes: '[[capabilities.secrets]]\nscope = "channel:discord:acct-1"\nkey_names = ["token"]',
  },
  check: ({ manifest }) => {
    const { secrets } = manifest.capabilities;
    const scopes = secrets.flatMap(unusableScopes);
    const unusable = [...scopes, ...secrets.flatMap(unusableKeys)];
    if (unusable.length === 0) return [pass(`A vault can hold secrets of the ${counted(secrets.length, "scope")} asked for.`)];
    const what = named(unusable, secretInWords);
    const message = `No vault can hold what \`capabilities.secrets\` asks for: ${what}. Correct the manifest.`;
    return [findings(message, secretFindings(unusable, "Correct the manifest."), secretDetails(unusable))];
  },
});

function unusableScopes({ scope }: SecretRequest, index: number) {
  const problem = scopeProblem(scope);
  return problem === undefined ? [] : [{ index, scope, problem, code: "unusable_scope", status: "fail" } as const];
}

/**
 * A key with `*` is a pattern; `forbidden_wildcard_capabilities` judges it. Spec 11.9, D14 is about scopes; a key that cannot be is only a
 * secret that is always missing.
 */
const unusableKeys = ({ scope, key_names }: SecretRequest, index: number) =>
  key_names
    .filter((key) => !key.includes("*") && !VAULT_KEY.test(key))
    .map((key) => {
      const problem = "a key has 1 to 128 letters, digits, `.`, `_` and `-`";
      return { index, scope, key, problem, code: "unusable_key", status: "warn" } as const;
    });

/** Spec 6.4, 11.8: `global`, `principal:<id>`, `channel:<name>:<account>`, `skill:<id>`. */
function scopeProblem(scope: string): string | undefined {
  const [kind, id] = splitOnce(scope);
  if (id === undefined) return undefined; // `global`: the manifest knows no other scope without an id
  const segments = kind === "channel" ? splitOnce(id) : [id];
  if (segments[1] === undefined && kind === "channel") return "a channel scope names an account, `channel:<name>:<account>`";
  for (const segment of segments) {
    if (segment === undefined || segment === "") return "a name in it is empty";
    if (encodeUtf8(segment).length > MAX_SEGMENT_BYTES) return `a name in it is over ${MAX_SEGMENT_BYTES} bytes`;
  }
  return undefined;
}

/** At the first colon: principals and accounts may hold more of them. */
function splitOnce(text: string): readonly [string, string | undefined] {
  const colon = text.indexOf(":");
  return colon === -1 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}
