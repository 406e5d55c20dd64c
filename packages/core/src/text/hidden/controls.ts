import { Matches, type TextKind, type TextMatch } from "../match.ts";

const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;
const SEQUENCE = /(?:\x1b\[|\x9b)([0-?]{0,64})[ -/]{0,8}([@-~])/y;
/** Sets a title, a link or the clipboard (CWE-150). */
const STRING_SEQUENCE = /\x1b[\]PX^_][^\x07\x1b]{0,512}(?:\x07|\x1b\\|$)?/y;
const SHORT_SEQUENCE = /\x1b[ -/]{0,4}[0-~]?/y;

/** Control characters and escape sequences of terminals (CWE-150): what a person sees is not what is there. */
export function controlMatches(text: string, kind: TextKind): readonly TextMatch[] {
  const found = new Matches();
  CONTROL.lastIndex = 0;
  for (let hit = CONTROL.exec(text); hit !== null; hit = CONTROL.exec(text)) {
    const start = hit.index;
    const code = text.charCodeAt(start);
    const sequence = code === 0x1b || code === 0x9b ? sequenceAt(text, start) : undefined;
    if (sequence !== undefined) {
      // Logs and fixtures hold colours; a colour of its own hides nothing.
      const plain = kind === "asset" && sequence.colours;
      found.add("ansi_escape", plain ? "warn" : "fail", start, sequence.end);
      CONTROL.lastIndex = sequence.end;
    } else if (code !== 0x1b || kind !== "asset") {
      found.add("control_character", kind === "asset" || isLayout(code) ? "warn" : "fail", start, start + 1);
    }
  }
  return found.all;
}

/** Form feeds and the like; and C1, which is mostly a text read in the wrong encoding. */
const isLayout = (code: number): boolean =>
  code === 0x0b || code === 0x0c || (code >= 0x1c && code < 0x20 && code !== 0x1b) || code > 0x7f;

function sequenceAt(text: string, start: number): { readonly end: number; readonly colours: boolean } | undefined {
  SEQUENCE.lastIndex = start;
  const found = SEQUENCE.exec(text);
  if (found !== null) {
    const conceals = /(?:^|;)8(?:;|$)/.test(found[1] ?? "");
    return { end: SEQUENCE.lastIndex, colours: found[2] === "m" && !conceals };
  }
  if (text.charCodeAt(start) === 0x9b) return undefined;
  for (const pattern of [STRING_SEQUENCE, SHORT_SEQUENCE]) {
    pattern.lastIndex = start;
    if (pattern.test(text)) return { end: Math.max(pattern.lastIndex, start + 1), colours: false };
  }
  return undefined;
}
