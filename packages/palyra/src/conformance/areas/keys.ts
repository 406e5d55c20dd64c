/** `keys/`: forms of a signing key, op `key`. */
import type { JsonObject } from "palyra-skills/encoding";
import { asObject, compareValue, compareVerdict, type Mismatch, member } from "../compare.ts";
import { type Area, of } from "./area.ts";

export const keysArea: Area = ({ expected }) =>
  Object.entries(expected).map(([name, value]) => {
    const vector = asObject(value) ?? {};
    return {
      area: "keys",
      name,
      ops: ["key"],
      check: async (ask) => of("key", compareKey(vector, await ask("key", { bytes: member(vector, "input_base64") }))),
    };
  });

function compareKey(vector: JsonObject, answer: JsonObject): readonly Mismatch[] {
  const verdict = compareVerdict(vector, answer);
  if (verdict.length > 0) return verdict;
  if (answer["ok"] === true) return compareValue(member(vector, "key"), answer["key"], "key");
  const actual = member(vector, "actual");
  return actual === undefined ? [] : compareValue(actual, member(asObject(answer["details"]), "actual"), "details.actual");
}
