import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import { isOwnKey, parseKey, parseReference, parseScope, type SecretName, type Vault } from "../../vault/index.ts";
import { text } from "../field.ts";

const SCOPES = "global, principal:ID, channel:NAME:ACCOUNT or skill:ID";

export const scope = text("SCOPE", `Whose secret it is: ${SCOPES}`, (value) =>
  parseScope(value) === undefined ? `is none of ${SCOPES}` : undefined,
);
/** Spec 11.8: `global` where none is named. */
export const scopeOrGlobal = v.optional(scope, "global");
export const key = text("KEY", "Its name: 1 to 128 of A-Z a-z 0-9 . _ -", (value) =>
  parseKey(value) === undefined ? "is no name of a secret (1 to 128 of A-Z a-z 0-9 . _ -)" : undefined,
);

/** What the operations on secrets may end with. */
export const VAULT_READ_ERRORS = ["VaultUnavailable", "UnsafeStateRoot", "Io"] as const;
export const VAULT_WRITE_ERRORS = [...VAULT_READ_ERRORS, "LockTimeout"] as const;

/** What the documents of spec 11.8 call the backend: the secrets lie in an encrypted file either way, and open by what is said here. */
export async function backendOf(vault: Vault): Promise<"encrypted_file" | "keychain"> {
  return (await vault.keyPlace()) === "keychain" ? "keychain" : "encrypted_file";
}

/** Of words that the input's schema has passed. */
export function nameOf(input: { readonly scope: string; readonly key: string }): SecretName {
  const name = { scope: parseScope(input.scope), key: parseKey(input.key) };
  if (name.scope === undefined || name.key === undefined) throw new PalyraError("Usage", { problem: "no name of a secret" });
  return { scope: name.scope, key: name.key };
}

/** Of a secret that a person sets or deletes: `Usage` where it is none of theirs. */
export function foreignNameOf(input: { readonly scope: string; readonly key: string }): SecretName {
  const name = nameOf(input);
  if (name.scope !== "global" || !isOwnKey(name.key)) return name;
  throw new PalyraError("Usage", {
    problem: `global/${name.key} is what palyra keeps for itself, and is not changed by hand`,
    hint: "a journal or trust store that does not fit it: palyra skills journal accept-head, palyra skills trust accept-changes",
  });
}

/** `<scope>/<key>` as one option. */
export function secretReference(help: string) {
  return text("SCOPE/KEY", help, (value) =>
    parseReference(value) === undefined ? `is no SCOPE/KEY of a secret: the scope is ${SCOPES}` : undefined,
  );
}

/** Of a word that the input's schema has passed. */
export function referenceOf(value: string): SecretName {
  const name = parseReference(value);
  if (name === undefined) throw new PalyraError("Usage", { problem: "no name of a secret" });
  return name;
}
