import { describe, expect, it } from "vitest";
import { Uses } from "../../../src/execution/broker/uses.ts";

describe("T26: what a module did with what it was granted is journaled by name", () => {
  it("however many things it asks for that it does not get", () => {
    const uses = new Uses();
    for (let n = 0; n < 5000; n += 1) {
      uses.add("secret", `skill:acme.web/${n}`, "read", false);
      uses.add("http", `https://decoy${n}.example`, "GET", false);
    }
    // A call's 64 requests with five redirects each.
    for (let n = 0; n < 64 * 6; n += 1) uses.add("http", `https://drop${n}.example`, "POST", true);
    uses.add("secret", "skill:acme.web/token", "insert", true);
    uses.add("filesystem", "notes", "write", true);
    const granted = uses.all.filter(({ allowed }) => allowed).map(({ resource }) => resource);
    expect(granted).toHaveLength(64 * 6 + 2);
    expect(granted).not.toContain("*");
    expect(granted.slice(-2)).toEqual(["skill:acme.web/token", "notes"]);
    expect(uses.all.filter(({ resource }) => resource === "*")).toEqual([
      { capability: "secret", resource: "*", action: "read", allowed: false, count: 5000 - 256 },
      { capability: "http", resource: "*", action: "GET", allowed: false, count: 5000 - 256 },
    ]);
  });

  it("and what was refused after all as that, whatever else went there", () => {
    const uses = new Uses();
    for (let n = 0; n < 3; n += 1) uses.add("http", "https://a.example", "GET", true);
    uses.turnRefused("http", "https://a.example", "GET");
    uses.turnRefused("http", "https://never.example", "GET");
    const use = { capability: "http", resource: "https://a.example", action: "GET" };
    expect(uses.all).toEqual([
      { ...use, allowed: true, count: 2 },
      { ...use, allowed: false, count: 1 },
    ]);
  });

  it("and a name that is cut is cut at a whole character", () => {
    const uses = new Uses();
    uses.add("secret", `${"a".repeat(298)}\u{1f600}\u{1f600}`, "read", false);
    expect(uses.all[0]?.resource).toBe(`${"a".repeat(298)}…`);
  });
});
