// Writes docs/rules: a page for each rule, and the list of them, from the rules' own data. With `--check` it writes nothing and
// fails where a page is not what the rules say: generated files are pinned (habit 14).
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "docs/rules");

const { outputFiles } = await build({
  absWorkingDir: root,
  stdin: {
    contents:
      'export { ADDITIONAL_RULES, RULES } from "./packages/core/src/audit/index.ts"; export * from "./packages/core/src/report/index.ts";',
    resolveDir: root,
  },
  bundle: true,
  write: false,
  format: "esm",
  platform: "node",
  conditions: ["palyra-source"],
});
const { ADDITIONAL_RULES, RULES, rulePage, rulesIndex } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
);

const NOTE =
  "<!-- Written by scripts/rules.mjs from the rule's data in packages/core/src/audit/rules: change it there, then npm run docs. -->\n\n";
const additional = new Set(ADDITIONAL_RULES);
const linkOf = (id) => `${id}.md`;
const pages = new Map(
  RULES.map((rule) => [
    linkOf(rule.id),
    NOTE + rulePage(rule, { threats: "../../SPEC.md#9-threats-what-must-not-work-and-the-test-that-shows-it" }),
  ]),
);
pages.set(
  "README.md",
  `${NOTE}# Rules

What \`palyra skills audit\` and \`palyra skills lint\` look for. \`palyra skills audit --explain RULE\` shows a page on the terminal.
How reports, baselines and pipelines go together: [ci](../ci/README.md).

## Palyra's own checks

What Palyra's audit checks too, with the same results; no policy switches them.

${rulesIndex(
  RULES.filter((rule) => !additional.has(rule)),
  linkOf,
)}
## Beyond Palyra's audit

A policy sets each of these to \`fail\`, \`warn\` or \`off\` (\`"checks": { "<rule>": "warn" }\`), and their parameters.

${rulesIndex(ADDITIONAL_RULES, linkOf)}`,
);

const there = existsSync(folder) ? readdirSync(folder) : [];
const stale = there.filter((name) => !pages.has(name));
const changed = [...pages].filter(([name, text]) => !there.includes(name) || readFileSync(join(folder, name), "utf8") !== text);

if (process.argv.includes("--check")) {
  if (stale.length + changed.length > 0) {
    const names = [...stale, ...changed.map(([name]) => name)].join(", ");
    process.stderr.write(`docs/rules is not what the rules say: npm run docs writes it (${names})\n`);
    process.exit(1);
  }
} else {
  mkdirSync(folder, { recursive: true });
  for (const name of stale) rmSync(join(folder, name));
  for (const [name, text] of changed) writeFileSync(join(folder, name), text);
  process.stdout.write(`docs/rules: ${pages.size} pages, ${changed.length + stale.length} changed\n`);
}
