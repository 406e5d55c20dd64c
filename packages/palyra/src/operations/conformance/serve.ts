import * as v from "valibot";
import { operation } from "../operation.ts";

/** The answers are the output: there is no document after them. */
export const serve = operation({
  input: v.strictObject({}),
  examples: ["skills conformance serve < requests.ndjson"],
  notes: "Answers the JSON lines of the conformance protocol (SPEC.md, chapter 12) on stdin, one line each, until stdin ends.",
  errors: [],
  run: async ({ conformance }): Promise<null> => {
    await conformance.serve();
    return null;
  },
});
