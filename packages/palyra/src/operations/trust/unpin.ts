import * as v from "valibot";
import { operation } from "../operation.ts";
import { change, publisher, TRUST_ERRORS, type TrustDocument } from "./shared.ts";

export const unpin = operation({
  input: v.strictObject({ publisher }),
  positional: ["publisher"],
  places: ["skillsDir", "trustStore"],
  examples: ["skills trust unpin acme"],
  notes: "Forgets the key that a publisher was first seen with.",
  errors: TRUST_ERRORS,
  run: ({ home }, { publisher }, call): Promise<TrustDocument> => change(home, { do: "unpin", publisher }, call),
});
