import { operation } from "../operation.ts";
import { changeKey, pairInput, pairProblem, TRUST_ERRORS, type TrustDocument } from "./shared.ts";

export const pin = operation({
  input: pairInput,
  positional: ["publisher", "publicKey"],
  places: ["skillsDir", "trustStore"],
  examples: ["skills trust pin acme <64 hex digits>"],
  notes: "Remembers this key for a publisher, in place of the one that was. A listed key counts before it.",
  errors: TRUST_ERRORS,
  problem: pairProblem,
  run: ({ home }, input, call): Promise<TrustDocument> => changeKey(home, "pin", input, call),
});
