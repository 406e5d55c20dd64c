/** `fuel/`: modules, budgets, and what each call of each consumes; op `fuel`, mode `flat` (spec 10.2). */
import type { JsonObject, JsonValue } from "palyra-skills/encoding";
import { asObject, compareValue, isList, type Mismatch, member, mismatch, verdictOf } from "../compare.ts";
import { type Area, of } from "./area.ts";
import { artifactRequest, optionalArtifact } from "./files.ts";

export const fuelArea: Area = ({ folder, expected }) => {
  const budgets = member(expected, "budgets");
  return Object.entries(asObject(member(expected, "modules")) ?? {}).map(([name, value]) => {
    const vector = asObject(value) ?? {};
    return {
      area: "fuel",
      name,
      ops: ["fuel"],
      check: async (ask) => {
        const module = await artifactRequest(folder, `modules/${name}.wasm`);
        const globals = await optionalArtifact(folder, `modules/${name}.globals.wasm`);
        const rows = member(vector, "outcomes");
        const found: Mismatch[] = [];
        for (const [index, budget] of (isList(budgets) ? budgets : []).entries()) {
          const request = { ...module, ...globals, calls: member(vector, "calls") ?? [], budget, mode: "flat" };
          const answer = await ask("fuel", request);
          found.push(...of(`fuel (${String(budget)})`, compareFuel(isList(rows) ? rows[index] : undefined, answer, budget)));
        }
        return found;
      },
    };
  });
};

/** Row by row; what differs between engines is not compared. */
function compareFuel(rows: JsonValue | undefined, answer: JsonObject, budget: JsonValue): readonly Mismatch[] {
  if (answer["ok"] !== true) return [mismatch("", "outcomes", verdictOf(answer))];
  const [expected, actual] = [isList(rows) ? rows : [], answer["outcomes"]];
  if (!isList(actual) || actual.length !== expected.length || expected.length === 0)
    return [mismatch("outcomes.length", expected.length, isList(actual) ? actual.length : undefined)];
  return expected.flatMap((row, index) =>
    outcomeOf(row) === "stack_overflow"
      ? []
      : compareValue(normalised(row, budget), normalised(actual[index] ?? null, budget), `outcomes[${index}]`),
  );
}

const outcomeOf = (row: JsonValue): JsonValue | undefined => (isList(row) ? row[0] : undefined);

/** A trap by which nothing is left of the budget counts as out of fuel, on both sides. */
function normalised(row: JsonValue, budget: JsonValue): JsonValue {
  if (!isList(row) || row[0] !== "trap" || row[1] !== budget) return row;
  return ["out_of_fuel", budget];
}
