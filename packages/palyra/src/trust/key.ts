import { fromHex } from "palyra-skills/encoding";
import { publicKeyProblem } from "palyra-skills/signature";
import { PalyraError } from "../errors.ts";

/**
 * Refuses to trust a key of small order, under which a signature holds for everything, or a second encoding of a key: `Usage`. Of keys that
 * a person names; a store that has such a key already is read as it is. Spec 1.6. `key`: 64 hex digits.
 */
export function requireUsableKey(key: string): void {
  const problem = publicKeyProblem(fromHex(key) ?? new Uint8Array());
  if (problem !== undefined) throw new PalyraError("Usage", { problem: `${key} is no usable Ed25519 key: ${problem}` });
}
