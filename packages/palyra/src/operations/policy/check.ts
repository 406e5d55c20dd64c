import type { Fault } from "palyra-skills";
import * as v from "valibot";
import { readPolicies } from "../../policy/index.ts";
import { operation } from "../operation.ts";
import { namedBy } from "../shared/named-by.ts";

export interface PolicyCheckDocument {
  /** Null: none is named, and only the policies that always hold count. */
  readonly authorization_policy: string | null;
  readonly files: readonly string[];
  readonly policies: readonly string[];
  /** Of schema and policies: what approvals are bound to. */
  readonly policy_sha256: string;
  /** What is no fault, and likely a mistake: a policy that can never apply. */
  readonly warnings: readonly { readonly file: string; readonly fault: Fault }[];
}

export const check = operation({
  input: v.strictObject({}),
  places: ["authorizationPolicy"],
  examples: ["skills policy check --authorization-policy site.cedar"],
  notes: "Parses and strictly validates every policy. One that is not valid stops whatever would start by it, and opens nothing.",
  errors: ["PolicyInvalid", "Io"],
  run: async ({ home, settings }): Promise<PolicyCheckDocument> => {
    const { policies, files, sha256, warnings } = await namedBy(settings.authorizationPolicy, () =>
      readPolicies(settings.authorizationPolicy.value, home.platform),
    );
    return {
      authorization_policy: settings.authorizationPolicy.value ?? null,
      files,
      policies: policies.map(({ id }) => id),
      policy_sha256: sha256,
      warnings,
    };
  },
});
