import { type Reference, type ReferenceList, type RuleData, referencesOf } from "../audit/index.ts";
import type { JsonObject } from "../encoding/index.ts";
import { marked } from "./markup.ts";
import type { Report } from "./report.ts";
import { rulePage } from "./rule-page.ts";

/** The rules of a run, as `reportingDescriptor`s, and where each stands among them. */
export interface RuleDescriptors {
  readonly list: readonly JsonObject[];
  has(id: string): boolean;
  /** -1, as SARIF has it, for one that is not among them. */
  indexOf(id: string): number;
}

/** All rules, and one for each reason why something could not be audited at all. */
export function descriptors({ rules, subjects }: Report): RuleDescriptors {
  const known = new Set(rules.map(({ id }) => id));
  const codes = subjects.flatMap(({ problem }) => (problem === undefined ? [] : [problem.code]));
  // A report of another version may name rules that this one does not know.
  const others = subjects.flatMap(({ results }) => results.map(({ rule }) => rule)).filter((id) => !known.has(id));
  const list = [
    ...rules.map(descriptor),
    ...[...new Set(others)].map((id) => bare(id, "A rule of another version of this program")),
    ...[...new Set(codes)].map((code) => bare(code, "Could not be audited")),
  ];
  const indices = new Map([...rules.map(({ id }) => id), ...new Set(others), ...new Set(codes)].map((id, index) => [id, index]));
  return { list, has: (id) => indices.has(id), indexOf: (id) => indices.get(id) ?? -1 };
}

const bare = (id: string, text: string) => ({
  id: marked(id),
  shortDescription: { text },
  defaultConfiguration: { level: "error" },
});

const LEVELS = { error: "error", warning: "warning", info: "note" } as const;
/** What GitHub sorts security alerts by, from 0 to 10: an error is high, a warning medium, a note low. */
const SECURITY_SEVERITY = { error: "8.0", warning: "5.0", info: "2.0" } as const;

function descriptor(rule: RuleData) {
  const { id, severity, asks, why, advice, references } = rule;
  const cwes = references.filter((each) => each.startsWith("CWE-")).map((each) => `external/cwe/${each.toLowerCase()}`);
  const relationships = referencesOf(references).flatMap(({ list, id: target }) => {
    const name = TAXONOMIES[list]?.name;
    return name === undefined ? [] : [{ target: { id: target, toolComponent: { name } }, kinds: ["relevant"] }];
  });
  return {
    id,
    shortDescription: { text: asks },
    fullDescription: { text: why },
    help: { text: `${why} ${advice}`, markdown: rulePage(rule, { threats: undefined }) },
    defaultConfiguration: { level: LEVELS[severity] },
    ...(relationships.length === 0 ? {} : { relationships }),
    properties: { tags: ["security", ...cwes], "security-severity": SECURITY_SEVERITY[severity] },
  };
}

/** The public lists that rules refer to by number. */
const TAXONOMIES: {
  readonly [List in ReferenceList]?: { readonly name: string; readonly organization: string; readonly of: string };
} = {
  cwe: { name: "CWE", organization: "MITRE", of: "Common Weakness Enumeration" },
  "owasp-llm": { name: "OWASP-LLM", organization: "OWASP", of: "Top 10 for LLM Applications 2025" },
  "owasp-mcp": { name: "OWASP-MCP", organization: "OWASP", of: "MCP Top 10 2025" },
};

/** Of each list the entries that some rule refers to. */
export function taxonomies(rules: readonly RuleData[]): readonly { readonly name: string; readonly taxonomy: JsonObject }[] {
  const all = new Map(rules.flatMap(({ references }) => referencesOf(references)).map((each) => [each.id, each]));
  return Object.entries(TAXONOMIES).flatMap(([list, taxonomy]) => {
    const taxa = [...all.values()].filter((each) => each.list === list).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    if (taxa.length === 0 || taxonomy === undefined) return [];
    const { name, organization, of } = taxonomy;
    return [
      { name, taxonomy: { name, organization, shortDescription: { text: of }, isComprehensive: false, taxa: taxa.map(taxon) } },
    ];
  });
}

const taxon = ({ id, title, url }: Reference): JsonObject => ({
  id,
  ...(title === undefined ? {} : { name: title }),
  ...(url === undefined ? {} : { helpUri: url }),
});
