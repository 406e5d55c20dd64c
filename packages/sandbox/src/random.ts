/** Randomness of a call: the system's, or the same for the same seed (spec 10.4). */
import { createCipheriv, createHash, randomFillSync } from "node:crypto";

export function randomness(seed: Uint8Array | undefined): (into: Uint8Array) => void {
  if (seed === undefined) return (into) => void randomFillSync(into);
  const stream = createCipheriv("aes-256-ctr", createHash("sha256").update(seed).digest(), new Uint8Array(16));
  return (into) => into.set(stream.update(new Uint8Array(into.length)));
}
