import { LEVEL_WORDS } from "palyra-skills/report";
import type { RuleDocument } from "../../operations/skills/explain.ts";
import { prose, safe } from "../../operations/wording/safe.ts";
import type { Paint } from "../text/paint.ts";

/** A rule's page on the terminal: what stands in docs/rules, in the same words. */
export function ruleLines({ rule }: RuleDocument, { strong, faint }: Paint): string[] {
  const { id, severity, asks, why, advice, switchable, parameters, example, references } = rule;
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ["", strong(title), ...lines.map((line) => `  ${line}`)];
  const set = Object.entries(parameters).map(
    ([name, { default: value, unit, meaning }]) => `${name}  ${shown(value, unit)}: ${prose(meaning)}`,
  );
  return [
    strong(id),
    `${prose(asks)} What it finds ${LEVEL_WORDS[severity]}, at most.`,
    ...section("Why it matters", [prose(why)]),
    ...section("What to do", [prose(advice)]),
    ...section("In the audit policy", [
      ...(switchable
        ? [`"checks": { "${id}": "fail" | "warn" | "off" }`]
        : ["it cannot be switched: Palyra's own audit has it too"]),
      ...set,
    ]),
    ...(example === null ? [] : section("Flagged", codeLines(example.flagged))),
    ...(example === null ? [] : section("Not flagged", codeLines(example.passes))),
    ...section(
      "References",
      references.map(({ id: named, title, url }) => {
        const label = title === undefined ? named : `${named} ${title}`;
        return url === undefined ? `${label} ${faint("(SPEC.md, chapter 9)")}` : url === named ? url : `${label}  ${faint(url)}`;
      }),
    ),
  ];
}

function shown(value: number | boolean | readonly string[], unit: string | undefined): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return `${value} ${unit ?? ""}`.trim();
  return value.length === 0 ? "none" : value.join(", ");
}

/** As it is: its back-ticks are its own. */
const codeLines = (text: string): readonly string[] =>
  text
    .replace(/\n+$/, "")
    .split("\n")
    .map((line) => safe(line));
