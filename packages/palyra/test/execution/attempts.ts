// A process of its own that tries to start a skill again and again: `attempts.mjs <root> <count>`. Prints how often it could.
import { appendFileSync } from "node:fs";
import { gateOf } from "../../src/operations/shared/run-gate.ts";
import { homeIn, newCall } from "../lifecycle/parts.ts";

const [root = "", count = "0"] = process.argv.slice(2);
// What the vault would say, without opening it ten thousand times: the race is the journal's.
const home = homeIn(root);
const kept = new Map<string, Uint8Array | undefined>();
const records = {
  ...home.records,
  get: async (key: string) => {
    if (!kept.has(key)) kept.set(key, await home.records.get(key));
    return kept.get(key);
  },
};
const gate = gateOf({ ...home, records });
let started = 0;
const refused = new Map<string, number>();
process.stdout.write("ready\n");
for (let n = 0; n < Number(count); n += 1) {
  try {
    const skill = await gate.resolveForRun({ skillId: "acme.echo" }, newCall());
    await gate.recordStart(skill, newCall());
    started += 1;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    refused.set(code, (refused.get(code) ?? 0) + 1);
  }
}
appendFileSync(`${root}/attempts.ndjson`, `${JSON.stringify({ started, refused: Object.fromEntries(refused) })}\n`);
