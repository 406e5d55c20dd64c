import type { LimitFact } from "../../wasm/index.ts";
import { finding, moduleRule, pass } from "../rule.ts";
import { inBytes, quoted } from "../wording.ts";

/** Bytes of a page of linear memory. */
const PAGE_BYTES = 65_536n;
/** Spec 10.1. Elements of all tables of a module together. */
export const MAX_TABLE_ELEMENTS = 100_000n;

export const wasmLimitsWithinQuotas = moduleRule({
  id: "wasm_limits_within_quotas",
  severity: "error",
  asks: "Can each module ever start within the quotas that the manifest sets?",
  why: "A module whose first memory is over its own quota can never start.",
  references: ["T17"],
  advice: "Raise `capabilities.quotas.max_memory_bytes`, or build with a smaller initial memory or table.",
  check: ({ path, facts }, { manifest }) => {
    const { max_memory_bytes } = manifest.capabilities.quotas;
    // T17: all memories together, or a hundred of them would each be within the quota.
    const initial_memory_bytes = sumOfMinima(facts.memories) * PAGE_BYTES;
    const table_elements = sumOfMinima(facts.tables);
    const details = {
      module_path: path,
      initial_memory_bytes,
      max_memory_bytes,
      table_elements,
      max_table_elements: MAX_TABLE_ELEMENTS,
    };
    const faults = [
      ...(initial_memory_bytes > max_memory_bytes
        ? [
            `${inBytes(initial_memory_bytes)} of memory, and \`max_memory_bytes\` is ${inBytes(max_memory_bytes)}: raise it, or build with ` +
              "a smaller initial memory",
          ]
        : []),
      ...(table_elements > MAX_TABLE_ELEMENTS
        ? [`${table_elements} table elements, and the runtime allows ${MAX_TABLE_ELEMENTS}: build with smaller tables`]
        : []),
    ];
    if (faults.length === 0) return [pass(`${quoted(path)} starts within its quotas.`, details)];
    return [finding("fail", `${quoted(path)} can never run. It starts with ${faults.join("; and with ")}.`, details)];
  },
});

const sumOfMinima = (limits: readonly LimitFact[]): bigint => limits.reduce((sum, { min }) => sum + min, 0n);
