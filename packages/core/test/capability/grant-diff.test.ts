import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffGrants, GRANT_CLASSES, type Grant, parseGrant } from "../../src/capability/index.ts";

describe("a grant as it is typed", () => {
  it.each([
    ["network=a.example", { class: "network", value: "a.example" }],
    ["http:a.example", { class: "network", value: "a.example" }],
    ["http_egress=a.example:8443", { class: "network", value: "a.example:8443" }],
    ["secret=skill:acme.echo/token", { class: "secret", value: "token", scope: "skill:acme.echo" }],
    ["secrets:global/a/b", { class: "secret", value: "a/b", scope: "global" }],
    ["secret=loose", { class: "secret", value: "loose" }],
    ["read=data/in", { class: "storage_read", value: "data/in" }],
    ["storage-read=x", { class: "storage_read", value: "x" }],
    ["storage=x", { class: "storage_write", value: "x" }],
    ["write:x=y", { class: "storage_write", value: "x=y" }],
    ["channels=ops", { class: "channel", value: "ops" }],
    ["devices=camera", { class: "device", value: "camera" }],
  ])("%s", (typed, expected) => {
    expect(parseGrant(typed)).toMatchObject(expected);
  });
  it.each([
    "",
    "nonsense",
    "planet=mars",
    "network=",
    "network= ",
    "=x",
    ":x",
    "secret=/x",
    "secret=a/",
    "Network=x",
    "toString=x",
  ])("%j is none", (typed) => {
    expect(parseGrant(typed)).toBeUndefined();
  });
  it("is never an exception, and never blank", () => {
    fc.assert(
      fc.property(fc.string(), (typed) => {
        const grant = parseGrant(typed);
        expect(grant === undefined || grant.value.trim() !== "").toBe(true);
      }),
    );
  });
  it("comes back from its class, scope and value", () => {
    const word = fc.stringMatching(/^[a-z0-9.:_-]+$/);
    fc.assert(
      fc.property(fc.constantFrom(...GRANT_CLASSES), word, fc.constantFrom("=", ":"), (kind, value, divider) => {
        expect(parseGrant(`${kind}${divider}${value}`)).toMatchObject({ class: kind, value });
      }),
    );
  });
});

const grantOf = (typed: string): Grant => parseGrant(typed) ?? expect.unreachable(typed);
const grants = (...typed: string[]): Grant[] => typed.map(grantOf);

describe("what is asked for against what is granted", () => {
  it("is as requested where nothing is said", () => {
    expect(diffGrants(grants("device=b", "network=z", "network=a"))).toMatchObject({
      valid: true,
      granted: grants("network=a", "network=z", "device=b"),
      missing: [],
      excess: [],
      policy_actions: ["extension.capability.device.use", "extension.capability.network.egress"],
    });
  });
  it("takes a secret of another scope for another", () => {
    const [asked, given] = [grants("secret=skill:a.b/key"), grants("secret=key")];
    expect(diffGrants(asked, given)).toMatchObject({ valid: false, missing: asked, excess: given });
  });
  it("takes a wildcard for no more than it says", () => {
    expect(diffGrants(grants("network=a.example"), grants("network=*")).valid).toBe(false);
  });
  it("misses what was not granted, and finds in excess what was not asked for", () => {
    const some = fc.uniqueArray(fc.constantFrom("network=a", "secret=s/a", "read=a", "write=a", "channel=a", "device=a"));
    fc.assert(
      fc.property(some, some, (asked, given) => {
        const diff = diffGrants(grants(...asked), grants(...given));
        expect(diff.missing).toHaveLength(asked.filter((each) => !given.includes(each)).length);
        expect(diff.excess).toHaveLength(given.filter((each) => !asked.includes(each)).length);
        expect(diff.valid).toBe(diff.missing.length + diff.excess.length === 0);
      }),
    );
  });
});
