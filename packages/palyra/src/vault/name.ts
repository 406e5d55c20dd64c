import { encodeUtf8 } from "palyra-skills/encoding";

/** Bytes of one segment of a scope (spec 11.8). */
export const MAX_SEGMENT_BYTES = 256;

declare const checked: unique symbol;
/** A scope in its one spelling, made by `parseScope` alone: `global`, `principal:<id>`, `channel:<name>:<account>`, `skill:<id>`. */
export type SecretScope = string & { readonly [checked]: "scope" };
/** A key, made by `parseKey` alone: 1 to 128 of `[A-Za-z0-9._-]`. */
export type SecretKeyName = string & { readonly [checked]: "key" };

/** What a secret is called. */
export interface SecretName {
  readonly scope: SecretScope;
  readonly key: SecretKeyName;
}

/** Spec 11.8; `global` in any case. Undefined: no vault can hold it, like a channel without an account (D14). */
export function parseScope(text: string): SecretScope | undefined {
  if (text.toLowerCase() === "global") return "global" as SecretScope;
  const [kind, ...rest] = text.split(":");
  const id = rest.join(":");
  const segments = kind === "channel" ? [rest[0] ?? "", rest.slice(1).join(":")] : [id];
  const known = kind === "principal" || kind === "channel" || kind === "skill";
  return known && segments.every(isSegment) ? (text as SecretScope) : undefined;
}

export function parseKey(text: string): SecretKeyName | undefined {
  return /^[A-Za-z0-9._-]{1,128}$/.test(text) ? (text as SecretKeyName) : undefined;
}

/** Whether this system keeps it for itself, in scope `global` (spec 3.3, 5.3, 5.4, 10.5, 10.7): it is shown, and written by nothing else. */
export const isOwnKey = (key: string): boolean => OWN_KEYS.some((prefix) => key.startsWith(prefix));

const OWN_KEYS = [
  "skills.approvals.",
  "skills.examining.",
  "skills.feeds.",
  "skills.grants.",
  "skills.intent.",
  "skills.journal.head.",
  "skills.receipts.",
  "skills.revocation_lists.",
  "skills.trust_store.integrity.",
  "skills.verdicts.",
];

/** `<scope>/<key>`: neither holds a slash. */
export function parseReference(text: string): SecretName | undefined {
  const slash = text.indexOf("/");
  const scope = slash === -1 ? undefined : parseScope(text.slice(0, slash));
  const key = slash === -1 ? undefined : parseKey(text.slice(slash + 1));
  return scope === undefined || key === undefined ? undefined : { scope, key };
}

function isSegment(text: string): boolean {
  return text.trim() !== "" && !/[/\\\0\p{Surrogate}]/u.test(text) && encodeUtf8(text).byteLength <= MAX_SEGMENT_BYTES;
}
