/**
 * `npm run texts`: the tables of docs/tool-texts.md; `-- --write` puts them there; `-- --missed` lists what of the development
 * part is missed or told wrongly.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findingsOf, isForTesting, judged, readSamples } from "./measure.ts";
import { tables, withTables } from "./tables.ts";

const root = process.cwd();
const folder = join(root, "../shared/corpora/tool-texts");
const develop = (name: "harmless" | "hostile") => readSamples(root, name).filter(({ text }) => !isForTesting(text));

if (process.argv.includes("--missed")) {
  for (const sample of develop("hostile")) {
    const said = judged(sample);
    if (said !== "fail") process.stdout.write(`${said}\t${sample.attack}\t${JSON.stringify(sample.text.slice(0, 240))}\n`);
  }
  for (const sample of develop("harmless"))
    for (const { code, status, quote } of findingsOf(sample))
      process.stdout.write(
        `harmless\t${status} ${code}\t${JSON.stringify(quote)}\t${JSON.stringify(sample.text.slice(0, 90))}\n`,
      );
} else {
  const found = tables(root, existsSync(folder) ? folder : undefined);
  const page = join(root, "docs/tool-texts.md");
  if (process.argv.includes("--write")) writeFileSync(page, withTables(readFileSync(page, "utf8"), found));
  else process.stdout.write(found);
}
