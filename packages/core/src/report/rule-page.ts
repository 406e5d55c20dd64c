/** The page of a rule, as Markdown: docs/rules/<id>.md, and the help of its alerts. Made of the rule's data alone. */
import { type Parameter, type Reference, type RuleData, referencesOf } from "../audit/index.ts";

export interface PageOptions {
  /** Where SPEC.md lies, for threats of its chapter 9; undefined: they are named, not linked. */
  readonly threats: string | undefined;
}

/** What a finding of the rule comes to, where no policy says otherwise. */
export const LEVEL_WORDS = { error: "fails the audit", warning: "is a warning", info: "is a note" } as const;
const LEVELS = { error: "fail", warning: "warn", info: "note" } as const;

export function rulePage(rule: RuleData, { threats }: PageOptions): string {
  const { id, severity, asks, why, advice, references, parameters = {}, example } = rule;
  const listed = Object.entries(parameters);
  return [
    `# ${id}`,
    "",
    `${asks} What it finds ${LEVEL_WORDS[severity]}, at most.`,
    "",
    "## Why it matters",
    "",
    why,
    "",
    "## What to do",
    "",
    advice,
    ...(listed.length === 0 ? [] : ["", "## Parameters", "", ...parameterLines(id, listed)]),
    ...(example === undefined
      ? []
      : ["", "## Example", "", "Flagged:", "", ...fenced(example.flagged), "", "Not flagged:", "", ...fenced(example.passes)]),
    ...(references.length === 0
      ? []
      : ["", "## References", "", ...referencesOf(references).map((each) => `- ${referenceLine(each, threats)}`)]),
    "",
  ].join("\n");
}

function parameterLines(id: string, parameters: readonly (readonly [string, Parameter])[]): string[] {
  const [first] = parameters;
  const sample = first === undefined ? "" : JSON.stringify({ parameters: { [id]: { [first[0]]: first[1].default } } });
  return [
    "| name | default | meaning |",
    "| --- | --- | --- |",
    ...parameters.map(([name, each]) => `| \`${name}\` | ${defaultInWords(each)} | ${each.meaning} |`),
    "",
    "In the audit policy:",
    "",
    ...fenced(sample, "json"),
  ];
}

/** `64 levels`, `no`, `none`. */
export function defaultInWords(parameter: Parameter): string {
  switch (parameter.kind) {
    case "count":
      return `${parameter.default} ${parameter.unit}`;
    case "flag":
      return parameter.default ? "yes" : "no";
    case "names":
      return parameter.default.length === 0 ? "none" : parameter.default.join(", ");
  }
}

/** With a fence that is longer than any in the text. */
function fenced(text: string, language = ""): string[] {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}${language}`, text.replace(/\n+$/, ""), fence];
}

function referenceLine({ id, title, url, list }: Reference, threats: string | undefined): string {
  const label = title === undefined ? id : `${id} ${title}`;
  if (list === "threat") return threats === undefined ? `${id} of SPEC.md, chapter 9` : `[${id}](${threats}) of the threat model`;
  return url === undefined ? label : url === id ? `<${url}>` : `[${label}](${url})`;
}

/** The list of all rules, one line each. */
export function rulesIndex(rules: readonly RuleData[], linkOf: (id: string) => string): string {
  return [
    "| rule | level | asks |",
    "| --- | --- | --- |",
    ...rules.map(({ id, severity, asks }) => `| [\`${id}\`](${linkOf(id)}) | ${LEVELS[severity]} | ${asks} |`),
    "",
  ].join("\n");
}
