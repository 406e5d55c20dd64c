/**
 * How a daemon shows that it is this state root's before it is told a token (spec 6, T29), and how the owner of the state root shows
 * the daemon who asks where no token is set. `frame(x)` is the u64-BE length of its UTF-8 and that:
 *
 *     proof       = hex HMAC-SHA-256(secret, "palyra.daemon.challenge.v1" || frame(nonce) || frame(url))
 *     owner token = hex HMAC-SHA-256(secret, "palyra.daemon.owner.v1")
 *
 * `secret` is that of `daemon.json` as 32 bytes, `url` as it stands there: an answer that somebody fetched from a daemon elsewhere is of
 * another URL. The owner token tells nobody the secret, and is worth nothing once that daemon has stopped.
 */
import { fromHex, u64be } from "palyra-skills/encoding";

const CHALLENGE = "palyra.daemon.challenge.v1";
const OWNER = "palyra.daemon.owner.v1";

/** A nonce is 64 lower-case hex digits: 32 random bytes. */
export function challengeProof(secret: string, nonce: string, url: string): string {
  return mac(secret, CHALLENGE, nonce, url);
}

export function ownerToken(secret: string): string {
  return mac(secret, OWNER);
}

/** Whether two texts are one, in a time that tells nothing of where they differ. */
export function isSame(one: string, other: string): boolean {
  const { createHash, timingSafeEqual } = crypto();
  const digest = (text: string): Uint8Array => new Uint8Array(createHash("sha256").update(text).digest());
  return timingSafeEqual(digest(one), digest(other));
}

function mac(secret: string, domain: string, ...parts: readonly string[]): string {
  const hmac = crypto()
    .createHmac("sha256", fromHex(secret) ?? new Uint8Array())
    .update(domain);
  for (const part of parts) {
    const bytes = Buffer.from(part);
    hmac.update(u64be(bytes.byteLength)).update(bytes);
  }
  return hmac.digest("hex");
}

// Loaded when it is used: a command that finds no daemon needs none of it.
const crypto = () => process.getBuiltinModule("node:crypto");
