import { bounded, type Corpus, mutate, seed } from "./mutate.ts";
import type { Random } from "./random.ts";

/** What the grammars turn on. */
export const JSON_PIECES: readonly [string, ...string[]] = [
  "{",
  ...'{}[]:,"\\ \n\t-+.eE0189/ub',
  "null",
  "true",
  "false",
  '""',
  '"a":',
  '"\\u0000"',
  '"\\ud83d\\ude00"',
  '"\\ud800"',
  '"\\u00e9"',
  "1e308",
  "1e309",
  "-0",
  "-0.0",
  "0.1",
  "1E-400",
  "12345678901234567890",
  "-9223372036854775809",
  "1.0",
  "00",
  "\ufeff",
  "\u2028",
  "\u0000",
  '"__proto__":{}',
  '"constructor":1',
  '"10":1',
  "[[[[[[[[",
  "]]]]]]]]",
  '{"a":{"a":',
  "\r\n",
  "//",
  "/**/",
  "NaN",
  "Infinity",
  "'",
  "é",
  "😀",
];

export const TOML_PIECES: readonly [string, ...string[]] = [
  "=",
  ..."[]{}\"'=.,#\\\n\r\t 0_-+e:TZ",
  "\r\n",
  '"""',
  "'''",
  "[[",
  "]]",
  "\n[a]\n",
  "\n[[a]]\n",
  "\n[a.b]\n",
  "\na.b = 1\n",
  "\na = 1\n",
  "__proto__",
  "\n[__proto__]\n",
  '""',
  "''",
  "1e400",
  "0x",
  "0xff",
  "0o17",
  "0b1",
  "1_000",
  "_1",
  "9223372036854775808",
  "18446744073709551616",
  "inf",
  "-nan",
  "1.5e-7",
  "1.",
  ".5",
  "1979-05-27",
  "1979-05-27T07:32:00Z",
  "07:32:00.5",
  "1979-02-30",
  "24:00:00",
  "\\u0000",
  "\\ud800",
  "\\U0010ffff",
  "\\x41",
  "\\e",
  "\\   \n  ",
  "true",
  "false",
  "{ a = 1 }",
  "{ a.b = 1, a.c = 2 }",
  "[1, 2,]",
  "[\n1 # c\n]",
  "\ufeff",
  "\u0000",
  "\u007f",
  "\u0085",
  "é",
  "😀",
  "[[[[[[[[",
  "a.a.a.a.a.a.a.a.",
  "{a={a={a={a=",
];

/** Puts pieces of the grammar in, takes tokens out, swaps and repeats lines; or changes bytes. */
export function mutateText(corpus: Corpus, random: Random, pieces: readonly [string, ...string[]]): Uint8Array {
  const bytes = seed(random, corpus);
  if (random.oneIn(6)) return mutate(bytes, random, corpus);
  // Latin-1 keeps every byte: what is no UTF-8 stays none.
  let text = Buffer.from(bytes).toString("latin1");
  for (let times = 1 + random.size(5); times > 0; times--) text = changed(text, random, pieces, corpus);
  const result = new Uint8Array(Buffer.from(text, "latin1"));
  return random.oneIn(12) ? mutate(result, random, corpus) : bounded(result);
}

function changed(text: string, random: Random, pieces: readonly [string, ...string[]], corpus: Corpus): string {
  const at = random.below(text.length + 1);
  const latin1 = (piece: string): string => Buffer.from(piece).toString("latin1");
  switch (random.below(11)) {
    case 0:
    case 1:
      return text.slice(0, at) + latin1(random.pick(pieces)) + text.slice(at);
    case 2:
      return text.slice(0, at) + latin1(random.pick(pieces)) + text.slice(at + 1 + random.size(12));
    case 3:
    case 4:
      return withToken(text, at, random.oneIn(3) ? "" : latin1(random.pick(pieces)));
    case 5:
      return withToken(text, at, tokenAt(Buffer.from(seed(random, corpus)).toString("latin1"), random));
    case 6:
      return withToken(text, at, tokenAt(text, random));
    case 7: {
      const lines = text.split("\n");
      const line = lines[random.below(lines.length)] ?? "";
      lines.splice(random.below(lines.length + 1), 0, line);
      return lines.join("\n");
    }
    case 8: {
      const lines = text.split("\n");
      const [line = ""] = lines.splice(random.below(lines.length), 1);
      if (random.oneIn(2)) lines.splice(random.below(lines.length + 1), 0, line);
      return lines.join("\n");
    }
    case 9: {
      const lines = Buffer.from(seed(random, corpus)).toString("latin1").split("\n");
      const from = random.below(lines.length);
      return text.slice(0, at) + lines.slice(from, from + 1 + random.size(3)).join("\n") + text.slice(at);
    }
    default: {
      const piece = latin1(random.pick(pieces));
      return text.slice(0, at) + piece.repeat(1 + random.size(random.oneIn(8) ? 5_000 : 200)) + text.slice(at);
    }
  }
}

/** A word, a number, a text in quotes, or one character. */
const TOKEN = /[\w.+-]+|"[^"\n]*"|\S/g;

function tokenAt(text: string, random: Random): string {
  TOKEN.lastIndex = random.below(text.length);
  return TOKEN.exec(text)?.[0] ?? "";
}

/** Another token in place of the one at or behind that place. */
function withToken(text: string, at: number, other: string): string {
  TOKEN.lastIndex = at;
  const found = TOKEN.exec(text);
  return found === null ? text : text.slice(0, found.index) + other + text.slice(found.index + found[0].length);
}
