/** What tests of the vault begin with; apart from support.ts, which is part of programs too. */
import { join } from "node:path";
import { parseReference, type SecretName } from "../../src/vault/index.ts";
import { temporaryFolder } from "../cli/support.ts";

export const call = { now: 1_000, signal: new AbortController().signal };
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export function name(reference: string): SecretName {
  const parsed = parseReference(reference);
  if (parsed === undefined) throw new Error(reference);
  return parsed;
}
export const TOKEN = name("global/token");
export const newFolder = (): string => join(temporaryFolder(), "vault");
