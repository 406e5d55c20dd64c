import { eachHit, Matches, type TextKind, type TextMatch } from "../match.ts";

/** Lines, or spaces in one line, that push what follows out of sight. */
const FAR_LINES = 25;
const FAR_SPACES = 200;
/** Characters of what a tool says of itself, or a person is told of it: nobody reads more. The longest of 3,276 real tools has 6,604. */
const MAX_READ = 10_000;
const BLANK = /[ \t\n\r\u00a0\u2000-\u200a\u3000]{25,}/g;
const ODD_SPACE = /[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/g;

/** Text that is moved out of view, or is more than anybody looks at, and spaces in a name that are not the one that people type. */
export function layoutMatches(text: string, kind: TextKind): readonly TextMatch[] {
  const found = new Matches();
  if (kind === "name") {
    eachHit(ODD_SPACE, text, ({ index }) => found.add("unusual_space", "warn", index, index + 1));
  } else if (kind !== "asset") {
    if (text.length > MAX_READ) found.add("too_long", "warn", MAX_READ, text.length);
    eachHit(BLANK, text, ({ index, 0: blank }) => {
      const end = index + blank.length;
      const lines = blank.split("\n");
      const far = lines.length > FAR_LINES || lines.some(({ length }) => length >= FAR_SPACES);
      if (far && end < text.length) found.add("pushed_out_of_view", "warn", index, end);
    });
  }
  return found.all;
}
