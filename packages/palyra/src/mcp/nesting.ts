/**
 * How deep JSON nests, before it is parsed: the engine's parser takes microseconds for each level, so that 4 MB of brackets would hold every call of this
 * process, and whoever stops a skill, for seconds. What a tool takes and answers is 127 levels deep at most.
 */

/** Levels of a message, the protocol's own included. */
export const MAX_NESTING = 256;

/** Whether more brackets than that are open at once anywhere in it; those in strings are none. One pass; whether it is JSON the parser says. */
export function isNestedTooDeeply(text: string): boolean {
  if (text.length <= MAX_NESTING) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_ARRAY || code === OPEN_OBJECT) depth += 1;
    else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) depth -= 1;
    if (depth > MAX_NESTING) return true;
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/** Where the quote is that ends it, or the text does. */
export function endOfString(text: string, start: number): number {
  for (let from = start + 1; ; ) {
    const end = text.indexOf('"', from);
    if (end === -1) return text.length;
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
    from = end + 1;
  }
}
