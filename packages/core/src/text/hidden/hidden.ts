import type { TextKind, TextMatch } from "../match.ts";
import { bidirectionalMatches } from "./bidirectional.ts";
import { controlMatches } from "./controls.ts";
import { encodedMatches } from "./encoded.ts";
import { invisibleMatches } from "./invisible.ts";
import { layoutMatches } from "./layout.ts";
import { lookalikeMatches } from "./lookalike-words.ts";
import { markupMatches } from "./markup.ts";
import { spelledMatches } from "./spelled.ts";

/** Not printable ASCII, nor how lines are laid out. */
const UNUSUAL = /[^\x20-\x7e\t\n\r]/;
const BIDIRECTIONAL = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/**
 * What a text has that one does not see when one looks at it (spec 4.4, `tool_text_hidden`), in the order of the text. Takes
 * time linear in the text; of each code the first are told.
 */
export function hiddenMatches(text: string, kind: TextKind): readonly TextMatch[] {
  const characters = UNUSUAL.test(text)
    ? [
        ...controlMatches(text, kind),
        ...invisibleMatches(text, kind),
        ...(BIDIRECTIONAL.test(text) ? bidirectionalMatches(text, kind) : []),
        ...lookalikeMatches(text, kind),
      ]
    : [];
  const all = [
    ...characters,
    ...layoutMatches(text, kind),
    ...markupMatches(text, kind),
    ...encodedMatches(text, kind),
    ...spelledMatches(text, kind),
  ];
  return all.toSorted((a, b) => a.start - b.start || a.end - b.end);
}
