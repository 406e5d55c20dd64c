import type { LimitFact, MisfitSegment } from "../../wasm/index.ts";
import type { Finding } from "../finding.ts";
import { findings, moduleRule, pass } from "../rule.ts";
import { inBytes, quoted } from "../wording.ts";

/** Bytes of a page of linear memory. */
const PAGE_BYTES = 65_536n;
/** Spec 10.1. Elements of all tables of a module together. */
const MAX_TABLE_ELEMENTS = 100_000n;

export const wasmLimitsWithinQuotas = moduleRule({
  id: "wasm_limits_within_quotas",
  severity: "error",
  asks: "Can each module ever start within the quotas that the manifest sets?",
  why: "A module whose first memory is over its own quota can never start.",
  references: ["T17", "CWE-770"],
  advice:
    "Raise `capabilities.quotas.max_memory_bytes`, or build with a smaller initial memory or table, and with segments that fit into them.",
  example: {
    flagged: "(memory 1025)\n;; 64 MiB and a page, and `capabilities.quotas.max_memory_bytes = 67108864`",
    passes: "(memory 1024)",
  },
  check: ({ path, facts }, { manifest }) => {
    const { max_memory_bytes } = manifest.capabilities.quotas;
    const { memories, tables, misfit } = facts;
    // T17: all memories together, or a hundred of them would each be within the quota.
    const initial_memory_bytes = sumOfMinima(memories) * PAGE_BYTES;
    const table_elements = sumOfMinima(tables);
    const details = {
      module_path: path,
      initial_memory_bytes,
      max_memory_bytes,
      // The runtime lowers it to the quota (spec 10.2): asking for more is no fault.
      ...(memories.some(({ max }) => max === undefined) ? {} : { maximum_memory_bytes: sumOfMaxima(memories) * PAGE_BYTES }),
      table_elements,
      max_table_elements: MAX_TABLE_ELEMENTS,
      data_segments: facts.data.starts.length,
    };
    const faults: { readonly code: string; readonly fault: string; readonly offset: number | undefined }[] = [];
    if (initial_memory_bytes > max_memory_bytes) {
      const fault =
        `${inBytes(initial_memory_bytes)} of memory, and \`max_memory_bytes\` is ${inBytes(max_memory_bytes)}: raise it, or build with ` +
        "a smaller initial memory";
      faults.push({ code: "memory_over_quota", fault, offset: memories[0]?.offset });
    }
    if (table_elements > MAX_TABLE_ELEMENTS) {
      const fault = `${table_elements} table elements, and the runtime allows ${MAX_TABLE_ELEMENTS}: build with smaller tables`;
      faults.push({ code: "table_over_limit", fault, offset: tables[0]?.offset });
    }
    if (misfit !== undefined) {
      faults.push({ code: `${misfit.kind}_beyond_the_end`, fault: misfitInWords(misfit), offset: misfit.offset });
    }
    if (faults.length === 0) return [pass(`${quoted(path)} starts within its quotas.`, details)];
    const found = faults.map(
      ({ code, fault, offset }): Finding => ({
        code,
        status: "fail",
        message: `The module can never run: it starts with ${fault}.`,
        place: { file: path, ...(offset === undefined ? {} : { offset }) },
      }),
    );
    const all = faults.map(({ fault }) => fault).join("; and with ");
    return [findings(`${quoted(path)} can never run. It starts with ${all}.`, found, details)];
  },
});

/** Copying a segment to where it does not fit ends the start of every engine. */
const misfitInWords = ({ kind, needs, has }: MisfitSegment): string =>
  kind === "data"
    ? `a data segment that ends at ${inBytes(needs)} of a memory of ${inBytes(has)}: build with a larger initial memory`
    : `an element segment that ends at element ${needs} of a table of ${has}: build with a larger table`;

const sumOfMinima = (limits: readonly LimitFact[]): bigint => limits.reduce((sum, { min }) => sum + min, 0n);
const sumOfMaxima = (limits: readonly LimitFact[]): bigint => limits.reduce((sum, { max = 0n }) => sum + max, 0n);
