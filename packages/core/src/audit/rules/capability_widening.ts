import { MANIFEST_PATH } from "../../archive/index.ts";
import type { Change } from "../../diff/index.ts";
import type { Finding } from "../finding.ts";
import { artifactRule, findings, pass } from "../rule.ts";
import { counted, named, quoted } from "../wording.ts";

export const capabilityWidening = artifactRule({
  id: "capability_widening",
  severity: "warning",
  asks: "Does an update ask for more than the version that it replaces?",
  why: "Who takes over a good publisher has an audience that trusts it already: what a new version adds is where that shows.",
  references: ["CWE-250", "LLM03:2025", "MCP03:2025"],
  advice: "Look at the difference (`palyra skills diff`), and accept it only if the new version needs it.",
  example: {
    flagged: 'http_egress_allowlist = ["api.example.com", "collect.example.net"]\n# the installed version has the first alone',
    passes: 'http_egress_allowlist = ["api.example.com"]\n# the installed version has "*.example.com"',
  },
  check: ({ update }) => {
    if (update === undefined) return [];
    const widening = update.changes.filter((change) => change.widening);
    if (widening.length === 0) return [pass(`Asks for no more than ${quoted(update.from)} did.`, { from: update.from })];
    const message =
      `Asks for more than ${quoted(update.from)} did: ${named(widening, inWords)}. ` +
      "Accept it only if the new version needs it.";
    return [findings(message, widening.map(findingOf), { from: update.from })];
  },
});

const CODES: { readonly [path: string]: string } = {
  "capabilities.http_egress_allowlist": "host_added",
  "capabilities.secrets": "secret_added",
  "capabilities.filesystem.read_roots": "read_root_added",
  "capabilities.filesystem.write_roots": "write_root_added",
  "capabilities.device_capabilities": "device_capability_added",
  "capabilities.node_capabilities": "node_capability_added",
  "operator.plugin.contracts": "contract_added",
};

function codeOf({ area, path, kind, more }: Change): string {
  if (more !== undefined) return `${area}_more`;
  const code = CODES[path];
  if (code !== undefined) return code;
  if (area === "tools") return kind === "added" ? "tool_added" : "approval_waived";
  return area === "quotas" ? "quota_raised" : "wildcard_opt_in_added";
}

function findingOf(change: Change): Finding {
  const [, tool] = /^entrypoints\.tools\[([^\]]*)\]/.exec(change.path) ?? [];
  const value = addedValue(change);
  return {
    code: codeOf(change),
    status: "warn",
    message: `${capital(inWords(change))}. Accept it only if the new version needs it.`,
    place: { file: MANIFEST_PATH, ...(tool === undefined ? {} : { tool }), field: change.path },
    ...(value === undefined ? {} : { quote: value }),
  };
}

function inWords(change: Change): string {
  const { path, more } = change;
  if (more !== undefined) return `${counted(more, "further change")} of ${quoted(path)}`;
  const value = addedValue(change);
  return value === undefined ? `new: ${quoted(path)}` : `new in ${quoted(path)}: ${quoted(value)}`;
}

const addedValue = ({ after }: Change): string | undefined =>
  after === undefined || (typeof after === "object" && after !== null) ? undefined : String(after);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
