// The rules on words over 1 MB of text, over what any reader of words does with it: normalise, lower the case, find the words.
// Then whether what it takes grows with the text alone, on texts that are made to hurt, too.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hiddenFindings, instructionFindings } from "palyra-skills/audit";
import { repository } from "../inputs.mjs";
import { pairs } from "../measure.mjs";

const MB = 1024 * 1024;
const filled = (text, length = MB) => text.repeat(Math.ceil(length / text.length)).slice(0, length);
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
  "invisible characters between letters": "a\u200bb\ufe0f",
  "look-alikes": "раураl ",
  "Chinese orders that do not end": "忽略",
  "open tags and comments": "<a <!-- -->",
  "hidden elements": '<p style="font-size:0">',
  "base 64 of prose": "aGVsbG8gd29ybGQgdGhpcyBpcyBhIHRlc3Qgb2Y= ",
  "addresses without an end": "a@b.c",
};

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
  await row("text rules, 1 MB of tools' descriptions", filled(prose), 12);
  for (const [name, piece] of Object.entries(HOSTILE)) {
    const [one, two] = [filled(piece), filled(piece, 2 * MB)];
    const result = await pairs(
      () => rules(two),
      () => rules(one),
      { samples: 3, warmup: 1 },
    );
    rows.push({ what: `text rules, 2 MB of ${name}`, floor: "1 MB of it", ...result, limit: 3 });
  }
  return rows;
}
