import type { Platform } from "../platform/index.ts";

/** Columns and rows of the field. */
const WIDTH = 17;
const HEIGHT = 9;
/** How often a square was visited; more often than the last is shown as the last. */
const MARKS = " .o+=*BOX@%&#/^";

/**
 * A picture of a public key, for eyes that compare (spec 3.4): the walk of the "drunken bishop" as OpenSSH draws it, over the 32 bytes of
 * SHA-256 of the key. From the middle of the field, each byte is four steps, its lowest two bits first: bit 0 goes right, else left; bit 1
 * down, else up; at a wall it slides along. `S` is where it began, `E` where it ended. Eleven lines of nineteen ASCII characters. Two keys
 * may look alike: it helps to see that a key is another, and proves nothing.
 */
export function drawFingerprint(publicKey: Uint8Array, platform: Platform): readonly string[] {
  const visits = new Uint8Array(WIDTH * HEIGHT);
  let x = (WIDTH - 1) / 2;
  let y = (HEIGHT - 1) / 2;
  const start = y * WIDTH + x;
  for (const byte of platform.sha256().update(publicKey).digest()) {
    for (let shift = 0; shift < 8; shift += 2) {
      const step = byte >> shift;
      x = clamp(x + (step & 1 ? 1 : -1), WIDTH);
      y = clamp(y + (step & 2 ? 1 : -1), HEIGHT);
      const at = y * WIDTH + x;
      visits[at] = Math.min((visits[at] ?? 0) + 1, MARKS.length - 1);
    }
  }
  const end = y * WIDTH + x;
  const mark = (at: number): string => (at === end ? "E" : at === start ? "S" : MARKS.charAt(visits[at] ?? 0));
  const rows = Array.from({ length: HEIGHT }, (_, row) =>
    Array.from({ length: WIDTH }, (_, column) => mark(row * WIDTH + column)).join(""),
  );
  return ["+----[Ed25519]----+", ...rows.map((row) => `|${row}|`), "+----[SHA-256]----+"];
}

const clamp = (value: number, size: number): number => Math.max(0, Math.min(size - 1, value));
