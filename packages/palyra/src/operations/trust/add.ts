import { operation } from "../operation.ts";
import { changeKey, pairInput, pairProblem, TRUST_ERRORS, type TrustDocument } from "./shared.ts";

export const add = operation({
  input: pairInput,
  positional: ["publisher", "publicKey"],
  places: ["skillsDir", "trustStore"],
  examples: ["skills trust add acme <64 hex digits>"],
  notes: "Lists a key of a publisher: what it signs is trusted, and nothing else of that publisher is.",
  errors: TRUST_ERRORS,
  problem: pairProblem,
  run: ({ home }, input, call): Promise<TrustDocument> => changeKey(home, "add", input, call),
});
