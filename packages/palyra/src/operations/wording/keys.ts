import { fromHex } from "palyra-skills/encoding";
import { drawFingerprint, keyId } from "palyra-skills/signature";
import { nodePlatform } from "../../platform/index.ts";
import { safe } from "./safe.ts";

/** A public key of 64 hex digits as the id that people compare (spec 1.4); anything else as it is, made safe. */
export function shownKey(publicKey: string): string {
  const bytes = /^[0-9a-f]{64}$/.test(publicKey) ? fromHex(publicKey) : undefined;
  return bytes === undefined ? safe(publicKey) : keyId(bytes, nodePlatform);
}

/** A public key of 64 hex digits as a picture for eyes that compare (spec 3.4); none of anything else. */
export function keyPicture(publicKey: string): readonly string[] {
  const bytes = /^[0-9a-f]{64}$/.test(publicKey) ? fromHex(publicKey) : undefined;
  return bytes === undefined ? [] : drawFingerprint(bytes, nodePlatform);
}
