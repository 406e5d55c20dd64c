/** What a rule refers to, by the names that others know: threats of SPEC.md 9, CWE, OWASP's two lists, CVE and GHSA numbers, addresses. */

export type ReferenceList = "threat" | "cwe" | "owasp-llm" | "owasp-mcp" | "advisory" | "web";

export interface Reference {
  readonly list: ReferenceList;
  /** As the rule has it: `CWE-250`, `LLM01:2025`. */
  readonly id: string;
  /** What its list calls it, where the list is short enough to be known here. */
  readonly title?: string;
  /** Absent for threats of SPEC.md 9, which lie beside the program. */
  readonly url?: string;
}

/** https://genai.owasp.org/llm-top-10/, of 2025: title and the last part of its address. */
const LLM: { readonly [id: string]: readonly [title: string, page: string] } = {
  "LLM01:2025": ["Prompt Injection", "llm01-prompt-injection"],
  "LLM02:2025": ["Sensitive Information Disclosure", "llm022025-sensitive-information-disclosure"],
  "LLM03:2025": ["Supply Chain", "llm032025-supply-chain"],
  "LLM04:2025": ["Data and Model Poisoning", "llm042025-data-and-model-poisoning"],
  "LLM05:2025": ["Improper Output Handling", "llm052025-improper-output-handling"],
  "LLM06:2025": ["Excessive Agency", "llm062025-excessive-agency"],
  "LLM07:2025": ["System Prompt Leakage", "llm072025-system-prompt-leakage"],
  "LLM08:2025": ["Vector and Embedding Weaknesses", "llm082025-vector-and-embedding-weaknesses"],
  "LLM09:2025": ["Misinformation", "llm092025-misinformation"],
  "LLM10:2025": ["Unbounded Consumption", "llm102025-unbounded-consumption"],
};

/** https://owasp.org/www-project-mcp-top-10/, of 2025; its pages are named anew with each draft, so the list itself is linked. */
const MCP: { readonly [id: string]: string } = {
  "MCP01:2025": "Token Mismanagement and Secret Exposure",
  "MCP02:2025": "Privilege Escalation via Scope Creep",
  "MCP03:2025": "Tool Poisoning",
  "MCP04:2025": "Software Supply Chain Attacks and Dependency Tampering",
  "MCP05:2025": "Command Injection and Execution",
  "MCP06:2025": "Prompt Injection via Contextual Payloads",
  "MCP07:2025": "Insufficient Authentication and Authorization",
  "MCP08:2025": "Lack of Audit and Telemetry",
  "MCP09:2025": "Shadow MCP Servers",
  "MCP10:2025": "Context Injection and Over-Sharing",
};

/** Undefined for what is none of the kinds above: a test holds that no rule has such a one. */
export function referenceOf(id: string): Reference | undefined {
  if (/^T\d+$/.test(id)) return { list: "threat", id };
  const cwe = /^CWE-(\d+)$/.exec(id)?.[1];
  if (cwe !== undefined) return { list: "cwe", id, url: `https://cwe.mitre.org/data/definitions/${cwe}.html` };
  const llm = Object.hasOwn(LLM, id) ? LLM[id] : undefined;
  if (llm !== undefined) return { list: "owasp-llm", id, title: llm[0], url: `https://genai.owasp.org/llmrisk/${llm[1]}/` };
  const mcp = Object.hasOwn(MCP, id) ? MCP[id] : undefined;
  if (mcp !== undefined) return { list: "owasp-mcp", id, title: mcp, url: "https://owasp.org/www-project-mcp-top-10/" };
  if (/^CVE-\d{4}-\d{4,}$/.test(id)) return { list: "advisory", id, url: `https://nvd.nist.gov/vuln/detail/${id}` };
  if (/^GHSA(?:-[0-9a-z]{4}){3}$/.test(id)) return { list: "advisory", id, url: `https://github.com/advisories/${id}` };
  return /^https:\/\/[!-~]+$/.test(id) ? { list: "web", id, url: id } : undefined;
}

export const referencesOf = (ids: readonly string[]): readonly Reference[] => ids.flatMap((id) => referenceOf(id) ?? []);
