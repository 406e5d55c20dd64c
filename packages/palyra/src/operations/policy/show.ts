import * as v from "valibot";
import { DEFAULT_POLICIES, SCHEMA } from "../../policy/index.ts";
import { flag } from "../field.ts";
import { operation } from "../operation.ts";

export interface PolicyShowDocument {
  /** The schema, or the policies that always hold: Cedar. */
  readonly shown: "schema" | "policies";
  readonly text: string;
}

export const show = operation({
  input: v.strictObject({ schema: flag("The schema, for an editor or for Cedar's own tools") }),
  examples: ["skills policy show", "skills policy show --schema > palyra.cedarschema"],
  notes:
    "These always hold. Policies of your own stand beside them: a permit waives an approval, a forbid goes before every permit.",
  errors: [],
  run: async (_services, { schema }): Promise<PolicyShowDocument> =>
    schema ? { shown: "schema", text: SCHEMA } : { shown: "policies", text: DEFAULT_POLICIES },
});
