import { Matches, type TextKind, type TextMatch } from "../match.ts";
import { isRightToLeft } from "../unicode/scripts.ts";

const CONTROL = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\n\u2029]/g;
const POP_EMBEDDING = 0x202c;
const POP_ISOLATE = 0x2069;

/**
 * Bidirectional controls (Trojan Source, CVE-2021-42574). Where letters run from right to left, marks and closed
 * embeddings are how people write; an override, or one that stays open to the end of its paragraph, is not.
 */
export function bidirectionalMatches(text: string, kind: TextKind): readonly TextMatch[] {
  const found = new Matches();
  const plain = kind !== "name" && hasRightToLeft(text);
  const open: { readonly code: number; readonly at: number }[] = [];
  let isolates = 0;
  const closeParagraph = (): void => {
    if (open.length === 0) return;
    for (const { at } of open.splice(0)) found.add("bidirectional_unclosed", "fail", at, at + 1);
    isolates = 0;
  };
  CONTROL.lastIndex = 0;
  for (let hit = CONTROL.exec(text); hit !== null; hit = CONTROL.exec(text)) {
    const at = hit.index;
    const code = text.charCodeAt(at);
    if (code === 0x0a || code === 0x2029) closeParagraph();
    else if (code === POP_EMBEDDING || code === POP_ISOLATE) {
      const wanted = code === POP_ISOLATE;
      // So many are open that nothing is looked for in vain (T17).
      const some = wanted ? isolates > 0 : open.length > isolates;
      // An isolate that ends closes what was opened in it (UAX 9).
      if (some)
        for (const each of open.splice(open.findLastIndex((each) => isIsolate(each.code) === wanted)))
          isolates -= isIsolate(each.code) ? 1 : 0;
      else if (!plain) found.add("bidirectional_control", kind === "name" ? "fail" : "warn", at, at + 1);
    } else if (code === 0x202d || code === 0x202e) {
      found.add("bidirectional_override", "fail", at, at + 1);
    } else {
      const isMark = code === 0x061c || code === 0x200e || code === 0x200f;
      // UAX 9 counts 125 levels: what lies deeper is not laid out, and not kept here.
      if (!isMark && open.length < 125) {
        open.push({ code, at });
        isolates += isIsolate(code) ? 1 : 0;
      }
      if (!plain) found.add("bidirectional_control", kind === "name" ? "fail" : "warn", at, at + 1);
    }
  }
  closeParagraph();
  return found.all;
}

const isIsolate = (code: number): boolean => code >= 0x2066;

/** Is anything in it written from right to left? */
function hasRightToLeft(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at) ?? 0;
    if (code > 0x58f && isRightToLeft(code)) return true;
    if (code > 0xffff) at++;
  }
  return false;
}
