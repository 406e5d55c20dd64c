// The policies that always hold are decided without Cedar (decision 9): held against it here, and nowhere at run time.
import { createRequire } from "node:module";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { nodePlatform } from "../../src/platform/index.ts";
import { type Decider, parsePolicyText, prepareDecider } from "../../src/policy/cedar.ts";
import { decideByDefault, OWN_POLICIES } from "../../src/policy/default-decision.ts";
import { DEFAULT_POLICIES, decideLaunch, type LaunchRequest, readPolicies, requestsOf } from "../../src/policy/index.ts";
import { factsOf, manifestOf } from "./support.ts";

const cedarIsLoaded = (): boolean =>
  Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes("cedar_wasm"));

describe("T28, T33: what holds without a file of the operator's is what Cedar says of the same policies", () => {
  const capabilities = [
    "",
    'http_egress_allowlist = ["api.example.com"]',
    'filesystem = { read_roots = ["in"], write_roots = ["out"] }',
    'secrets = [{ scope = "skill:acme.echo", key_names = ["token"] }]\ndevice_capabilities = ["camera"]',
  ];
  const risks = ["false, requires_approval = false", "true, requires_approval = false", "false, requires_approval = true"];
  const manifests = capabilities.flatMap((each) => risks.map((risk) => manifestOf(each, `default_sensitive = ${risk}`)));
  const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }));
  const status = fc.oneof(fc.constantFrom("active", "quarantined", "disabled", "unknown", "Active", ""), text);
  let cedar: Decider;

  it("loads no Cedar", async () => {
    const policies = await readPolicies(undefined, nodePlatform);
    expect(decideLaunch(policies, factsOf()).kind).toBe("allowed");
    expect(cedarIsLoaded()).toBe(false);
  });

  describe("beside Cedar", () => {
    beforeAll(async () => {
      cedar = await prepareDecider("own", OWN_POLICIES);
    });

    it("are the policies that are shown, parsed and valid, without a warning", async () => {
      expect(cedarIsLoaded()).toBe(true);
      const parsed = await parsePolicyText(DEFAULT_POLICIES, "the default policies", "palyra");
      expect(parsed).toEqual({ policies: OWN_POLICIES, warnings: [] });
    });

    it("are decided as Cedar decides, of whatever skill, status, caller and surface, approved or not", () => {
      const cases = fc.record({
        manifest: fc.constantFrom(...manifests),
        facts: fc.record({ status, trust: text, signatureKeyId: text, artifactSha256: text, principal: text, surface: text }),
        toolId: fc.constantFrom("acme.echo.say", "acme.echo.pay"),
        approved: fc.boolean(),
      });
      const seen = new Set<string>();
      fc.assert(
        fc.property(cases, ({ manifest, facts: change, toolId, approved }) => {
          const facts = factsOf({ manifest, toolId, ...change });
          for (const request of requestsOf(facts)) {
            const decision = decideByDefault(facts, request, approved);
            expect(decision).toEqual(cedar.decide(facts, request, approved));
            seen.add(`${decision.allowed} ${decision.by.join()}`);
          }
        }),
        { numRuns: 300 },
      );
      expect([...seen].toSorted()).toEqual(["false ", "false palyra#only-active", "true palyra#approved-where-asked"]);
    });

    it.each(["skill.capability.other", "tool.execut", ""])("allow no action that the schema does not have: %j", (action) => {
      const request: LaunchRequest = { action, resource: "skill:acme.echo", requires_approval: false, values: [] };
      for (const approved of [true, false])
        for (const decider of [cedar.decide, decideByDefault]) {
          const { allowed, errors } = decider(factsOf(), request, approved);
          expect([allowed, errors.length]).toEqual([false, 1]);
        }
    });
  });
});
