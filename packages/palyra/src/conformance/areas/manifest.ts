/** `manifest/`: texts of `skill.toml`, op `manifest`. */
import type { JsonObject } from "palyra-skills/encoding";
import { asObject, compareValue, compareVerdict, type Mismatch, member } from "../compare.ts";
import { type Area, of } from "./area.ts";
import { textRequest } from "./files.ts";

export const manifestArea: Area = ({ folder, expected }) =>
  Object.entries(expected).map(([name, value]) => ({
    area: "manifest",
    name,
    ops: ["manifest"],
    check: async (ask) => {
      const answer = await ask("manifest", await textRequest(folder, name, "toml"));
      return of("manifest", compareManifest(asObject(value) ?? {}, answer));
    },
  }));

/** Names of the vectors' fields in an answer. */
const FIELDS = [
  ["manifest", "manifest"],
  ["capability_grants", "grants"],
  ["policy_bindings", "bindings"],
  ["requires_review", "review"],
  ["warnings", "warnings"],
] as const;

function compareManifest(expected: JsonObject, answer: JsonObject): readonly Mismatch[] {
  const verdict = compareVerdict(expected, answer);
  if (verdict.length > 0 || answer["ok"] !== true) return verdict;
  return FIELDS.flatMap(([theirs, ours]) => {
    const value = member(expected, theirs);
    // Warnings are absent where the original has no say.
    return value === undefined ? [] : compareValue(value, answer[ours], ours);
  });
}
