import { describe, expect, it } from "vitest";
import { judge } from "../../src/audit/audit.ts";
import type { FeedSource, SourcedStatement } from "../../src/audit/feed.ts";
import { DEFAULT_POLICY, feedState, parsePolicy } from "../../src/audit/index.ts";
import type { AuditPolicy } from "../../src/audit/report.ts";
import { scanFeed } from "../../src/audit/scan.ts";
import { encodeUtf8 } from "../../src/encoding/index.ts";
import { keysOf, type OsvRecord, readOsvRecord } from "../../src/supplychain/index.ts";
import { readModule, subject } from "./subjects.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2024-06-01T00:00:00Z");
const HIGH = [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N" }];

function record(id: string, ecosystem: string, name: string, fields: object = {}): OsvRecord {
  const affected = [
    { package: { ecosystem, name }, ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: "2.0.0" }] }] },
  ];
  const read = readOsvRecord(
    JSON.stringify({ id, modified: "2024-05-30T00:00:00Z", severity: HIGH, summary: "bad", affected, ...fields }),
  );
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read.value;
}

function feedOf(records: readonly OsvRecord[], more: object = {}): FeedSource {
  const facts = {
    hook: "all.zip",
    sha256: "0".repeat(64),
    records: records.length,
    withdrawn: 0,
    refused: 0,
    newest: NOW - 2 * DAY,
  };
  return {
    state: "open",
    facts: { ...facts, ...more },
    lookUp: (keys) => records.filter(({ affected }) => affected.some((each) => keysOf(each).some((key) => keys.includes(key)))),
  };
}

const lodash = { type: "library", name: "lodash", version: "1.0.0", "bom-ref": "l", purl: "pkg:npm/lodash@1.0.0" };
const sbom = (...components: object[]) => ({ bomFormat: "CycloneDX", specVersion: "1.6", components });

interface Given {
  readonly feed: FeedSource;
  readonly sbom?: object;
  readonly policy?: Partial<AuditPolicy>;
  readonly statements?: readonly SourcedStatement[];
  readonly now?: number;
  readonly dependencies?: readonly { name: string; version: string; source: string; kind: "runtime" | "build" }[];
}

function audit({ feed, sbom: document = sbom(lodash), policy = {}, statements = [], now = NOW, dependencies }: Given) {
  const text = encodeUtf8(JSON.stringify(document));
  const modules = [readModule("modules/echo.wasm", {}, dependencies === undefined ? {} : { dependencies })];
  const parts = subject({ sbom: document, policy, modules });
  const files = [{ path: parts.layout.sbom, bytes: text, sha256: "ab" }] as never;
  const parsed = { ...parts, files };
  const { checks, scan } = judge({ ...parsed, feed: scanFeed(feed, parsed, { now, statements }) });
  return { scan, matches: checks.find(({ check_id }) => check_id === "vulnerability_matches") };
}

const found = (given: Given) => (audit(given).matches?.details?.["findings"] ?? []) as never as { [name: string]: unknown }[];

describe("T16: the check says what was scanned, how old the data are, or that nothing was", () => {
  it("warns where no feed is named, and is skipped where one cannot be read; no match is claimed either way", () => {
    for (const [hook, status] of [
      [null, "warn"],
      [" ", "warn"],
      ["feed", "skipped"],
    ] as const) {
      const { scan, matches } = audit({ feed: feedState(hook) });
      expect([scan.status, matches]).toEqual([status, undefined]);
    }
    expect(audit({ feed: { state: "unreadable", hook: "x", problem: "no zip" } }).scan.message).toContain("(no zip)");
  });

  it("warns with the numbers where records could not be read", () => {
    const { scan } = audit({ feed: feedOf([record("X-1", "npm", "other")], { refused: 3 }) });
    expect(scan).toMatchObject({ status: "warn", details: { refused_records: 3 } });
    expect(scan.message).toContain("3 of 4 records could not be read");
  });

  it("does not say that nothing is known to be vulnerable by a feed without a record", () => {
    const { scan, matches } = audit({ feed: feedOf([], { refused: 2 }) });
    expect([scan.status, matches?.status]).toEqual(["warn", "skipped"]);
  });

  it("passes with facts of the feed where components were looked up", () => {
    const { scan, matches } = audit({ feed: feedOf([record("X-1", "npm", "other")], { passedOver: 1, fetchedAt: 5 }) });
    expect(scan).toMatchObject({ status: "pass", severity: "info" });
    expect(scan.message).toBe(
      "1 component of 1 looked up. The feed `all.zip` has 1 record, the newest 2 days old; 1 file named like no record passed over.",
    );
    expect(scan.details).toEqual({
      hook: "all.zip",
      sha256: "0".repeat(64),
      records: 1,
      withdrawn_records: 0,
      refused_records: 0,
      passed_over_files: 1,
      newest_modified_unix_ms: NOW - 2 * DAY,
      age_days: 2,
      fetched_at_unix_ms: 5,
      components: 1,
      looked_up: 1,
    });
    expect(matches?.status).toBe("pass");
  });

  it("warns where the feed is empty, or no component could be looked up", () => {
    expect(audit({ feed: feedOf([]) }).scan.status).toBe("warn");
    const { scan } = audit({
      feed: feedOf([record("X-1", "npm", "lodash")]),
      sbom: sbom({ name: "a" }, { name: "b", purl: "pkg:generic/b@1" }),
    });
    expect(scan.status).toBe("warn");
    expect(scan.details?.["not_compared"]).toEqual([
      { component: "a", why: [{ code: "no_package_url" }] },
      { component: "b", purl: "pkg:generic/b@1", why: [{ code: "package_type_unknown" }] },
    ]);
  });

  it("says so where the index turns out to be damaged while it is asked", () => {
    const broken = { ...feedOf([]), lookUp: () => undefined } as FeedSource;
    const { scan, matches } = audit({ feed: broken });
    expect([scan.status, matches]).toEqual(["skipped", undefined]);
  });
});

describe("vulnerability_matches", () => {
  const feed = feedOf([record("GHSA-1", "npm", "lodash", { aliases: ["CVE-2024-1"] })]);

  it("fails with the place of the package URL in the SBOM", () => {
    const { matches } = audit({ feed });
    expect(matches).toMatchObject({
      status: "fail",
      message: "1 known vulnerability in its components: CVE-2024-1 in `lodash 1.0.0` (high).",
    });
    expect(found({ feed })).toEqual([
      {
        code: "vulnerable_component",
        status: "fail",
        message: "`lodash 1.0.0` has CVE-2024-1 (high, 7.5): bad. Fixed in 2.0.0.",
        place: {
          file: subject().layout.sbom,
          line: 1,
          column: 1 + JSON.stringify(sbom(lodash)).indexOf('"pkg:'),
          field: "components[0].purl",
        },
        quote: "pkg:npm/lodash@1.0.0",
        about: "CVE-2024-1",
      },
    ]);
  });

  it("has nothing to say of what is fixed, of another package, or withdrawn", () => {
    const ok = [sbom({ ...lodash, purl: "pkg:npm/lodash@2.0.0" }), sbom({ ...lodash, purl: "pkg:npm/lodash-es@1.0.0" })];
    for (const document of ok) expect(audit({ feed, sbom: document }).matches?.status).toBe("pass");
    const withdrawn = feedOf([record("GHSA-1", "npm", "lodash", { withdrawn: "2024-05-30T00:00:00Z" })]);
    expect(audit({ feed: withdrawn }).matches?.status).toBe("pass");
  });

  it("fails for what the policy says, and warns for the rest; that nobody said how bad is told", () => {
    const unknown = feedOf([record("X-1", "npm", "lodash", { severity: [] })]);
    const status = (given: Given) => audit(given).matches?.status;
    const failOn = (...levels: string[]) => ({
      policy: parsePolicy(JSON.stringify({ parameters: { vulnerability_matches: { fail_on: levels } } }), "p"),
    });
    expect(status({ feed: unknown })).toBe("warn");
    expect(found({ feed: unknown })[0]?.["message"]).toContain("nobody says how bad");
    expect(status({ feed: unknown, ...failOn("unknown") })).toBe("fail");
    expect(status({ feed, ...failOn("critical") })).toBe("warn");
    expect(() => failOn("grave")).toThrowError(expect.objectContaining({ code: "PolicyInvalid" }));
    expect(status({ feed, policy: { checks: { vulnerability_matches: "off" } } })).toBeUndefined();
    expect(DEFAULT_POLICY.parameters).toBeUndefined();
  });

  it("fails for what was published to do harm", () => {
    const malicious = feedOf([record("MAL-2024-1", "npm", "lodash", { severity: [] })]);
    expect(found({ feed: malicious })[0]).toMatchObject({ code: "malicious_component", status: "fail" });
  });

  it("warns only where the component is not shipped, and names each package once", () => {
    expect(audit({ feed, sbom: sbom({ ...lodash, scope: "excluded" }) }).matches?.status).toBe("warn");
    expect(found({ feed, sbom: sbom({ ...lodash, scope: "excluded" }, lodash, lodash) })).toMatchObject([{ status: "fail" }]);
  });

  it("looks up what an auditable module lists and the SBOM does not", () => {
    const crates = feedOf([record("RUSTSEC-1", "crates.io", "time")]);
    const dependency = { name: "time", version: "1.0.0", source: "crates.io", kind: "runtime" as const };
    expect(found({ feed: crates, sbom: sbom(), dependencies: [dependency] })).toMatchObject([
      { place: { file: "modules/echo.wasm", field: ".dep-v0" }, quote: "pkg:cargo/time@1.0.0" },
    ]);
    const others = [
      { ...dependency, kind: "build" as const },
      { ...dependency, source: "local" },
    ];
    expect(found({ feed: crates, sbom: sbom(), dependencies: others })).toEqual([]);
    const both = sbom({ name: "time", purl: "pkg:cargo/time@1.0.0" });
    expect(found({ feed: crates, sbom: both, dependencies: [dependency] })).toMatchObject([
      { place: { field: "components[0].purl" } },
    ]);
  });

  it("tells of a feed that is too old, once", () => {
    const now = NOW + 40 * DAY;
    const old = { feed: feedOf([record("X-1", "npm", "other")]), now };
    expect(found(old)).toMatchObject([{ code: "feed_outdated", status: "warn" }]);
    const policy = { parameters: { vulnerability_matches: { max_age_days: 42 } } };
    expect(audit({ ...old, policy }).matches?.status).toBe("pass");
  });
});

describe("statements of exploitability", () => {
  const feed = feedOf([record("GHSA-1", "npm", "lodash", { aliases: ["CVE-2024-1"] })]);
  const statement = (fields: object = {}): SourcedStatement => ({
    names: ["CVE-2024-1"],
    status: "not_affected",
    justification: "vulnerable_code_not_in_execute_path",
    products: [{ ids: ["pkg:npm/lodash"], hashes: [], parts: [] }],
    source: "acme.vex.json",
    ...fields,
  });

  it("of the operator silence, and are shown with their reason", () => {
    const { matches } = audit({ feed, statements: [statement()] });
    expect(matches).toMatchObject({ status: "pass", message: "No component is known to be vulnerable; 1 statement silenced." });
    expect(matches?.details).toEqual({
      silenced_count: 1,
      silenced: [
        {
          id: "CVE-2024-1",
          component: "lodash 1.0.0",
          status: "not_affected",
          justification: "vulnerable_code_not_in_execute_path",
          source: "acme.vex.json",
          finding: {
            code: "vulnerable_component",
            status: "fail",
            message: expect.stringContaining("The operator says not affected (vulnerable_code_not_in_execute_path)."),
            place: expect.objectContaining({ file: expect.any(String) }),
            quote: "pkg:npm/lodash@1.0.0",
            about: "CVE-2024-1",
          },
        },
      ],
    });
    expect(audit({ feed, statements: [statement({ status: "under_investigation" })] }).matches?.status).toBe("fail");
    expect(
      audit({ feed, statements: [statement({ products: [{ ids: ["acme.echo"], hashes: [], parts: [] }] })] }).matches?.status,
    ).toBe("pass");
  });

  const own = {
    ...sbom(lodash),
    metadata: { component: { name: "echo", "bom-ref": "pkg:npm/elsewhere@1", purl: "pkg:npm/elsewhere@1" } },
    vulnerabilities: [
      { id: "CVE-2024-1", analysis: { state: "not_affected", justification: "code_not_reachable" }, affects: [{ ref: "l" }] },
    ],
  };

  it("of the publisher are shown, and count where the policy says so", () => {
    const { matches } = audit({ feed, sbom: own });
    expect(matches?.status).toBe("fail");
    expect(found({ feed, sbom: own })[0]?.["message"]).toContain(
      "The publisher says not affected (code_not_reachable), which does not count by this policy.",
    );
    const policy = { parameters: { vulnerability_matches: { accept_publisher_vex: true } } };
    expect(audit({ feed, sbom: own, policy }).matches?.status).toBe("pass");
    expect(audit({ feed, sbom: own, policy, statements: [statement({ status: "affected" })] }).matches?.status).toBe("fail");
  });

  it("of the operator about something else are not caught by what an SBOM calls itself", () => {
    const elsewhere = statement({ products: [{ ids: ["pkg:npm/elsewhere@1"], hashes: [], parts: [] }] });
    expect(audit({ feed, sbom: own, statements: [elsewhere] }).matches?.status).toBe("fail");
    const claimed = sbom({ ...lodash, hashes: [{ alg: "SHA-256", content: "cd" }] });
    const hashed = (digits: string) =>
      statement({ products: [{ ids: [], hashes: [{ algorithm: "sha256", digits }], parts: [] }] });
    expect(audit({ feed, sbom: claimed, statements: [hashed("cd")] }).matches?.status).toBe("fail");
    const verified = sbom({ ...lodash, hashes: [{ alg: "SHA-256", content: "ab" }] });
    expect(audit({ feed, sbom: verified, statements: [hashed("ab")] }).matches?.status).toBe("pass");
  });
});
