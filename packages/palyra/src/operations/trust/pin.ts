import * as v from "valibot";
import { operation } from "../operation.ts";
import { change, publicKey, publisher, TRUST_ERRORS, type TrustDocument } from "./shared.ts";

export const pin = operation({
  input: v.strictObject({ publisher, publicKey }),
  positional: ["publisher", "publicKey"],
  places: ["skillsDir", "trustStore"],
  examples: ["skills trust pin acme <64 hex digits>"],
  notes: "Remembers this key for a publisher, in place of the one that was. A listed key counts before it.",
  errors: TRUST_ERRORS,
  run: ({ home }, { publisher, publicKey: key }, call): Promise<TrustDocument> =>
    change(home, { do: "pin", publisher, key }, call),
});
