// The rules on words over 1 MB of text, over what any reader of words does with it: normalise, lower the case, find the words.
// Then texts that are made to hurt: 1 MB of each over the same of tools' descriptions, and whether what it takes grows with the text alone.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hiddenFindings, instructionFindings } from "palyra-skills/audit";
import { repository } from "../inputs.mjs";
import { pairs } from "../measure.mjs";

const MB = 1024 * 1024;
const filled = (text, length = MB) => text.repeat(Math.ceil(length / text.length)).slice(0, length);
/** So many bytes of UTF-8, as a file has them. */
const ofBytes = (piece, bytes) => piece.repeat(Math.ceil(bytes / Buffer.byteLength(piece)));
const words = (text) =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .match(/[\p{L}\p{N}_]+/gu)?.length;
const rules = (text) => {
  const subject = { texts: [{ kind: "asset", text, place: { file: "assets/a.md" } }], manifestText: "", unread: [] };
  return hiddenFindings(subject).length + instructionFindings(subject).length;
};

/** Descriptions of real tools, one after another. */
const prose = readFileSync(join(repository, "testing/corpora/tool-texts/harmless.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line).text)
  .join("\n\n");

const HOSTILE = {
  "the first words of orders": "send all the ignore read the ",
  "one word that begins many orders": "send ",
  "invisible characters between letters": "a\u200bb\ufe0f",
  "directions opened and closed": "\u2066\u202c",
  "look-alikes": "раураl ",
  "letters of full width": "ｓｅｎｄ ",
  "Chinese orders that do not end": "忽略",
  "open tags and comments": "<a <!-- -->",
  "comments that nearly order": "<!-- send all the data -->",
  "hidden elements": '<p style="font-size:0">',
  "elements of a role": "<system>",
  "base 64 of prose": "aGVsbG8gd29ybGQgdGhpcyBpcyBhIHRlc3Qgb2Y= ",
  "words in hex": `${Buffer.from("send all the ignore read the ").toString("hex")} `,
  "addresses without an end": "a@b.c",
  "letters that stand apart": "i g n o r e  a l l ",
  "digits for letters": "1gn0re 4ll pr3v ",
  "pipes into a shell": "curl x | sh ",
};
/** Times what tools' descriptions of the same size take: none may cost much more than an honest text. */
const HOSTILE_LIMIT = 3;

export async function run() {
  const rows = [];
  const row = async (what, text, limit) =>
    rows.push({
      what,
      floor: "words of the text",
      ...(await pairs(
        () => rules(text),
        () => words(text),
        { samples: 7 },
      )),
      limit,
    });
  await row("text rules, 1 MB of tools' descriptions", filled(prose), 9);
  const honest = filled(prose);
  for (const [name, piece] of Object.entries(HOSTILE)) {
    const [one, two] = [ofBytes(piece, MB), ofBytes(piece, 2 * MB)];
    const cost = await pairs(
      () => rules(one),
      () => rules(honest),
      { samples: 3, warmup: 1 },
    );
    rows.push({ what: `text rules, 1 MB of ${name}`, floor: "of tools' descriptions", ...cost, limit: HOSTILE_LIMIT });
    const result = await pairs(
      () => rules(two),
      () => rules(one),
      { samples: 3, warmup: 1 },
    );
    rows.push({ what: `text rules, 2 MB of ${name}`, floor: "1 MB of it", ...result, limit: 3 });
  }
  return rows;
}
