/** Changes of an artifact in words (spec 4.4); every string of a stranger in them is safe for a terminal (T20). */
import type { Change } from "palyra-skills/diff";
import { type JsonValue, writeJson } from "palyra-skills/encoding";
import { safe } from "../wording/safe.ts";
import { count, grouped, size } from "../wording/units.ts";

/** What a path of a grant is called where a person is asked. */
const GRANTS: { readonly [path: string]: string } = {
  "capabilities.http_egress_allowlist": "network",
  "capabilities.secrets": "secret",
  "capabilities.filesystem.read_roots": "files to read",
  "capabilities.filesystem.write_roots": "files to write",
  "capabilities.device_capabilities": "device",
  "capabilities.node_capabilities": "node",
  "operator.plugin.contracts": "contract",
};
const OPT_IN = "capabilities.wildcard_opt_in.";
const QUOTA = "capabilities.quotas.";
const TOOL = /^entrypoints\.tools\[([^\]]*)\](?:\.risk\.(.*))?$/;

/** A change in one line: `network: evil.example`; of what is no grant its path and what stood and stands there. */
export function changeInWords(change: Change): string {
  const { area, path, before, after, more } = change;
  if (more !== undefined) return `and ${count(more, "further change")} of ${safe(area)}, not listed`;
  const grant = GRANTS[path];
  if (grant !== undefined) return `${grant}: ${valueInWords(after ?? before)}`;
  if (path.startsWith(OPT_IN)) return `wildcards for ${safe(path.slice(OPT_IN.length))}: ${fromTo(change)}`;
  if (path.startsWith(QUOTA)) return `${safe(path.slice(QUOTA.length))}: ${fromTo(change)}`;
  const [, tool, flag] = TOOL.exec(path) ?? [];
  if (tool !== undefined && flag !== undefined)
    return `tool ${safe(tool)}: ${after === true ? "asks" : "no longer asks"} before each run (${safe(flag)})`;
  if (tool !== undefined) return `tool: ${safe(tool)}`;
  if (area === "sbom") return `${safe(path)}  ${fromTo({ ...change, ...versionsOf(change) })}`;
  return `${safe(path)}  ${fromTo(change)}`;
}

/** Components without a version. */
const versionsOf = ({ before, after }: Change): Pick<Change, "before" | "after"> => ({
  ...(before === undefined ? {} : { before: before ?? "no version" }),
  ...(after === undefined ? {} : { after: after ?? "no version" }),
});

/** `1.0.0 → 1.1.0`, or the one of the two that there is. */
function fromTo({ before, after }: Change): string {
  const sides = [before, after].flatMap((value) => (value === undefined ? [] : [valueInWords(value)]));
  return sides.join(" → ");
}

function valueInWords(value: JsonValue | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value === "" ? '""' : safe(value);
  if (typeof value === "number" || typeof value === "bigint") return grouped(value);
  if (value === null || typeof value !== "object") return String(value);
  const fields = new Map<string, unknown>(Object.entries(value));
  const [bytes, sha256, module, name, kind] = ["bytes", "sha256", "module", "name", "kind"].map((key) => fields.get(key));
  if (typeof bytes === "number" && typeof sha256 === "string") return `${size(bytes)} (${safe(sha256.slice(0, 12))}…)`;
  if (typeof name === "string" && typeof kind === "string") {
    const type = fields.get("type");
    const what = fields.get("class") ?? kind;
    const reach = fields.get("reachable") === false ? ", called by nothing" : "";
    return `${typeof module === "string" ? `${safe(module, 120)}.` : ""}${safe(name, 120)}${typeof type === "string" ? ` ${safe(type, 120)}` : ""}, ${safe(String(what))}${reach}`;
  }
  return safe(writeJson(value));
}
