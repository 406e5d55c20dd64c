import * as v from "valibot";
import { operation } from "../operation.ts";
import { change, publicKey, publisher, TRUST_ERRORS, type TrustDocument } from "./shared.ts";

export const add = operation({
  input: v.strictObject({ publisher, publicKey }),
  positional: ["publisher", "publicKey"],
  places: ["skillsDir", "trustStore"],
  examples: ["skills trust add acme <64 hex digits>"],
  notes: "Lists a key of a publisher: what it signs is trusted, and nothing else of that publisher is.",
  errors: TRUST_ERRORS,
  run: ({ home }, { publisher, publicKey: key }, call): Promise<TrustDocument> =>
    change(home, { do: "add", publisher, key }, call),
});
