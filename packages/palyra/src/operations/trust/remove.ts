import * as v from "valibot";
import { operation } from "../operation.ts";
import { change, optionalPublicKey, publisher, TRUST_ERRORS, type TrustDocument } from "./shared.ts";

export const remove = operation({
  input: v.strictObject({ publisher, publicKey: optionalPublicKey }),
  positional: ["publisher", "publicKey"],
  places: ["skillsDir", "trustStore"],
  examples: ["skills trust remove acme", "skills trust remove acme <64 hex digits>"],
  notes: "Takes a listed key away, or all of a publisher's. A remembered key stays: skills trust unpin.",
  errors: TRUST_ERRORS,
  run: ({ home }, { publisher, publicKey: key }, call): Promise<TrustDocument> =>
    change(home, { do: "remove", publisher, ...(key === undefined ? {} : { key }) }, call),
});
