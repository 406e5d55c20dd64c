/**
 * What a stranger wrote, made safe for a terminal (T20). Every view passes such strings through `safe`, and nothing
 * else in this package writes them out.
 */

import { UNSAFE } from "palyra-skills/encoding";
import { maskUserInfo } from "./url.ts";

/** What nearly every text is: nothing else need be asked of it. Without `@` no URL in it has a password. */
const PLAIN = /^[ -?A-~]*$/;

/** Longest text of a stranger in one line of output, in code points. */
export const MAX_SHOWN = 400;

/** The text with everything unsafe as `\u{202e}` and no password of a URL in it; longer texts end in `…`. */
export function safe(written: string, limit = MAX_SHOWN): string {
  if (written.length <= limit && PLAIN.test(written)) return written;
  // Before it is shortened: half a password would not be known for one.
  return asGiven(maskUserInfo(written), limit);
}

/**
 * The same with all that stands before an `@`: what somebody says yes to. Of `https://evil.example\@h.example` it is the host to many readers, and
 * of `://eve@evil.example,h@h.example` one of two addresses (T28, T44).
 */
export function asGiven(text: string, limit = MAX_SHOWN): string {
  // UTF-16 units bound code points from above, so the short case needs no walk.
  const shown = text.length <= limit ? text : shorten(text, limit);
  return shown.replace(UNSAFE, (unsafe) => `\\u{${(unsafe.codePointAt(0) ?? 0).toString(16)}}`);
}

function shorten(text: string, limit: number): string {
  const points = [...text.slice(0, 2 * limit + 2)];
  return points.length <= limit ? text : `${points.slice(0, limit - 1).join("")}…`;
}

/** Between quotes, for sentences. */
export function quoted(text: string, limit = 120): string {
  return `"${safe(text, limit)}"`;
}

/** A message of ours, as long as it is: names in it stand between back-ticks, which a terminal shows as quotes. */
export function prose(message: string): string {
  return safe(message.replaceAll("`", '"'), Number.POSITIVE_INFINITY);
}

/** A list for a sentence: at most `most` of them, then how many more. */
export function listed(texts: readonly string[], most = 5): string {
  const shown = texts.slice(0, most).map((text) => safe(text, 120));
  return texts.length > most ? `${shown.join(", ")} and ${texts.length - most} more` : shown.join(", ");
}
