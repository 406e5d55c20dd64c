/**
 * What was consented to with a version, as far as a later one is held against it: kept where the version itself may be gone by then (spec 4.4).
 * As JSON:
 *
 *     { hosts, vault, read_roots, write_roots, devices, nodes, wildcards, quotas, contracts, tools: [{ id, asks, words }] }
 *
 * `vault`: `<scope>/<key>` each; `asks`: whether a person is asked before each run; `words`: SHA-256 over what a model reads of the tool, so
 * that another text is told from the same one, though not shown.
 */
import { encodeUtf8, type JsonObject, type JsonReader, toHex, writeJson } from "../encoding/index.ts";
import type { Manifest, Tool } from "../manifest/index.ts";
import type { Platform } from "../platform/index.ts";
import type { Changes } from "./change.ts";
import { contractsOf, GRANT_LISTS, type Grants, grantsOf, OPT_INS, QUOTAS } from "./grants.ts";
import { asksBefore, pathOf } from "./tools.ts";
import { plain } from "./values.ts";

export interface Consented {
  readonly grants: Grants;
  readonly contracts: readonly string[];
  readonly tools: readonly ConsentedTool[];
}

export interface ConsentedTool {
  readonly id: string;
  readonly asks: boolean;
  readonly words: string;
}

export function consentedOf(manifest: Manifest, platform: Pick<Platform, "sha256">): Consented {
  const tools = manifest.entrypoints.tools.map((tool) => ({
    id: tool.id,
    asks: asksBefore(tool),
    words: wordsOf(tool, platform),
  }));
  return { grants: grantsOf(manifest.capabilities), contracts: contractsOf(manifest), tools };
}

function wordsOf({ name, description, input_schema, output_schema }: Tool, { sha256 }: Pick<Platform, "sha256">): string {
  const words = writeJson([name, description, input_schema, output_schema]);
  return toHex(sha256().update(encodeUtf8(words)).digest());
}

export function consentedJson({ grants, contracts, tools }: Consented): JsonObject {
  const { lists, optIns, quotas } = grants;
  return {
    ...Object.fromEntries(GRANT_LISTS.map((name) => [name, [...lists[name]]])),
    wildcards: OPT_INS.filter((kind) => optIns[kind]),
    quotas: { ...quotas },
    contracts: [...contracts],
    tools: tools.map((tool) => ({ ...tool })),
  };
}

/** Its faults are those of the document that it stands in. */
export function readConsented(root: JsonReader): Consented {
  const fields = root.object();
  const texts = (name: string): readonly string[] => fields.required(name).array((item) => item.string());
  const [hosts, vault, read_roots, write_roots] = [texts("hosts"), texts("vault"), texts("read_roots"), texts("write_roots")];
  const [devices, nodes] = [texts("devices"), texts("nodes")];
  const wildcards = new Set(texts("wildcards"));
  const bounds = fields.required("quotas").object();
  const [wall_clock_timeout_ms, fuel_budget, max_memory_bytes] = QUOTAS.map((name) => bounds.required(name).integer({ min: 0n }));
  const [filesystem, http_egress, secrets, device, node] = OPT_INS.map((kind) => wildcards.has(kind));
  return {
    grants: {
      lists: { hosts, vault, read_roots, write_roots, devices, nodes },
      optIns: {
        filesystem: filesystem === true,
        http_egress: http_egress === true,
        secrets: secrets === true,
        device: device === true,
        node: node === true,
      },
      quotas: {
        wall_clock_timeout_ms: wall_clock_timeout_ms ?? 0n,
        fuel_budget: fuel_budget ?? 0n,
        max_memory_bytes: max_memory_bytes ?? 0n,
      },
    },
    contracts: texts("contracts"),
    tools: fields.required("tools").array((item) => {
      const tool = item.object();
      return {
        id: tool.required("id").string(),
        asks: tool.required("asks").boolean(),
        words: tool.required("words").string(),
      };
    }),
  };
}

/** As `compareTools`, where of the old ones nothing but this is known. */
export function compareConsentedTools(
  changes: Changes,
  before: readonly ConsentedTool[],
  after: readonly Tool[],
  platform: Pick<Platform, "sha256">,
): void {
  const old = new Map(before.map((tool) => [tool.id, tool]));
  const next = new Set(after.map(({ id }) => id));
  for (const [id] of old) if (!next.has(id)) changes.removed("tools", pathOf(id), { id });
  for (const tool of after) {
    const was = old.get(tool.id);
    const path = pathOf(tool.id);
    if (was === undefined) {
      changes.added("tools", path, plain(tool), true);
      continue;
    }
    changes.compared("tools", `${path}.words`, was.words, wordsOf(tool, platform));
    const asks = asksBefore(tool);
    changes.compared("tools", `${path}.risk.asks`, was.asks, asks, !asks);
  }
}
