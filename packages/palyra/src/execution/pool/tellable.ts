/** What cannot even be told to a process: its messages are bounded, and one that gets another ends (spec 10.3). */
import {
  MAX_GRANTS,
  MAX_GRANTS_BYTES,
  MAX_INPUT_BYTES,
  MAX_MODULE_BYTES,
  MAX_NAME_BYTES,
  MAX_SCHEMA_BYTES,
} from "palyra-sandbox/limits";
import type { JsonObject } from "palyra-skills/encoding";
import type { SandboxJob } from "./types.ts";

/** Bytes of a message beside the text of a name. */
const NAME_BYTES = 5;

/** Details of the outcome; undefined: it can be told. */
export function tooLarge(job: SandboxJob): JsonObject | undefined {
  const { module, input, inputSchema = "", outputSchema = "", skillId, toolId, entrypoint, grants, roots } = job;
  const lists = [...Object.values(grants), roots.map(({ name }) => name)];
  const granted = lists.flat().map((name) => Buffer.byteLength(name));
  const sizes = [
    { fault: "module", used: module.length, allowed: MAX_MODULE_BYTES },
    { fault: "input", used: input.length, allowed: MAX_INPUT_BYTES },
    { fault: "input_schema", used: Buffer.byteLength(inputSchema), allowed: MAX_SCHEMA_BYTES },
    { fault: "output_schema", used: Buffer.byteLength(outputSchema), allowed: MAX_SCHEMA_BYTES },
    { fault: "name", used: most([skillId, toolId, entrypoint].map((name) => Buffer.byteLength(name))), allowed: MAX_NAME_BYTES },
    { fault: "grants", used: most(lists.map(({ length }) => length)), allowed: MAX_GRANTS },
    { fault: "grants", used: most(granted), allowed: MAX_NAME_BYTES },
    { fault: "grants", used: granted.reduce((sum, size) => sum + size + NAME_BYTES, 0), allowed: MAX_GRANTS_BYTES },
  ];
  const over = sizes.find(({ used, allowed }) => used > allowed);
  return over === undefined ? undefined : { ...over, problem: "it is too large" };
}

const most = (sizes: readonly number[]): number => sizes.reduce((largest, size) => Math.max(largest, size), 0);
