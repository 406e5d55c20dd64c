import { instructionMatches } from "../instructions/instructions.ts";
import { eachHit, Matches, type TextKind, type TextMatch } from "../match.ts";

/** Letters one by one, each parted from the next: `i g n o r e`, `i-g-n-o-r-e`. */
const SPELLED = /(?<![A-Za-z0-9])(?:[A-Za-z0-9][ \t.,\-_*/|]{1,3}){9,}[A-Za-z0-9](?![A-Za-z0-9])/g;
const PARTED = /([A-Za-z0-9])([ \t.,\-_*/|]*)/g;
/** Characters of one row that are read. */
const MAX_READ = 8192;

/** Orders whose letters stand apart: a model reads them, who searches for words does not find them. */
export function spelledMatches(text: string, kind: TextKind): readonly TextMatch[] {
  const found = new Matches();
  if (kind === "name") return [];
  eachHit(SPELLED, text, ({ index, 0: row }) => {
    if (!found.hasRoom("encoded_instructions", "fail")) return;
    const read = joined(row.slice(0, MAX_READ));
    if (instructionMatches(read, "tool").some(({ status }) => status === "fail"))
      found.add("encoded_instructions", "fail", index, index + row.length, read);
  });
  return found.all;
}

/** What parts most letters parts letters, anything else words; where nothing parts words, those that orders are made of do. */
function joined(row: string): string {
  const counts = new Map<string, number>();
  eachHit(PARTED, row, ([, , between = ""]) => counts.set(between, (counts.get(between) ?? 0) + 1));
  const [usual] = [...counts].reduce((most, each) => (each[1] > most[1] ? each : most), ["", 0]);
  let text = "";
  eachHit(PARTED, row, ([, letter = "", between = ""]) => {
    text += between === usual || between === "" ? letter : `${letter} `;
  });
  return text.includes(" ") ? text : text.toLowerCase().replace(WORDS, " $& ");
}

const WORDS =
  /ignore|disregard|forget|override|bypass|all|any|every|your|the|previous|prior|above|earlier|system|safety|instructions?|prompts?|rules|directives|guidelines|not|tell|mention|reveal|user/g;
