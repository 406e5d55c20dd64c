/** `sandbox/`: modules, what they are run with, and how that ends; op `sandbox` (spec 10). */
import { encodeUtf8, type JsonObject, type JsonValue } from "palyra-skills/encoding";
import { asObject, compareValue, type Mismatch, member, mismatch, verdictOf } from "../compare.ts";
import { toBase64 } from "../protocol.ts";
import { type Area, of } from "./area.ts";
import { artifactRequest } from "./files.ts";

/** As the op takes them. */
const TAKEN = ["grants", "quotas", "mode"] as const;

export const sandboxArea: Area = ({ folder, expected }) =>
  Object.entries(expected).map(([name, value]) => {
    const vector = asObject(value) ?? {};
    return {
      area: "sandbox",
      name,
      ops: ["sandbox"],
      check: async (ask) => {
        const module = await artifactRequest(folder, `modules/${textOf(member(vector, "module")) ?? name}.wasm`);
        const taken = TAKEN.flatMap((key) => {
          const given = member(vector, key);
          return given === undefined ? [] : [[key, given] as const];
        });
        const stdin = toBase64(encodeUtf8(textOf(member(vector, "stdin")) ?? ""));
        return of("sandbox", compareRun(vector, await ask("sandbox", { ...module, stdin, ...Object.fromEntries(taken) })));
      },
    };
  });

/** What the vector says of the end: `outcome`, and `stdout` (a text) and `exit_code` where they are there. */
function compareRun(vector: JsonObject, answer: JsonObject): readonly Mismatch[] {
  if (answer["ok"] !== true) return [mismatch("", "an outcome", verdictOf(answer))];
  const stdout = textOf(member(vector, "stdout"));
  return [
    ...compareValue(member(vector, "outcome"), answer["outcome"], "outcome"),
    ...(stdout === undefined ? [] : compareValue(toBase64(encodeUtf8(stdout)), answer["stdout"], "stdout")),
    ...(Object.hasOwn(vector, "exit_code") ? compareValue(vector["exit_code"], answer["exit_code"], "exit_code") : []),
  ];
}

const textOf = (value: JsonValue | undefined): string | undefined => (typeof value === "string" ? value : undefined);
