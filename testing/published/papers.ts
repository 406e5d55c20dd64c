import type { PublishedCase, SkillParts } from "./case.ts";

const paper = (
  check: string,
  status: "fail" | "warn",
  id: string,
  by: string,
  url: string,
  skill: SkillParts,
): PublishedCase => ({
  id,
  source: { by, url },
  flags: { check, status },
  skill,
});

const statement = (digest: string): object => ({
  _type: "https://in-toto.io/Statement/v1",
  subject: [{ name: "modules/echo.wasm", digest: { sha256: digest } }],
  predicateType: "https://slsa.dev/provenance/v1",
  predicate: {
    buildDefinition: { buildType: "https://example.com/build", externalParameters: {} },
    runDetails: { builder: { id: "https://example.com/builder" } },
  },
});

const component = (purl: string, name: string, version: string): object => ({
  type: "library",
  name,
  version,
  purl,
  "bom-ref": purl,
});
const bom = (...components: readonly object[]): object => ({
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  version: 1,
  metadata: { component: { type: "application", name: "acme.echo", version: "1.0.0" } },
  components,
});

const osv = (
  id: string,
  aliases: readonly string[],
  ecosystem: string,
  name: string,
  introduced: string,
  fixed: string,
  vector: string,
): object => ({
  schema_version: "1.6.0",
  id,
  aliases,
  modified: "2026-01-01T00:00:00Z",
  published: "2025-01-01T00:00:00Z",
  summary: id,
  severity: [{ type: "CVSS_V3", score: vector }],
  affected: [
    {
      package: { ecosystem, name },
      ranges: [{ type: ecosystem === "npm" ? "SEMVER" : "ECOSYSTEM", events: [{ introduced }, { fixed }] }],
    },
  ],
});

const CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H";

const vulnerable = (id: string, by: string, url: string, purl: string, version: string, record: object): PublishedCase =>
  paper("vulnerability_matches", "fail", id, by, url, { sbom: bom(component(purl, id, version)), advisories: [record] });

export const PAPERS: readonly PublishedCase[] = [
  paper(
    "provenance_subjects",
    "fail",
    "proof-for-something-else",
    "Cosign, CVE-2022-36056",
    "https://github.com/sigstore/cosign/security/advisories/GHSA-8gw7-4j42-w388",
    {
      provenance: statement("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    },
  ),
  paper(
    "provenance_subjects",
    "warn",
    "placeholder-subject",
    "Palyra never compares subjects (spec 9, T15)",
    "https://slsa.dev/spec/v1.0/provenance",
    {
      provenance: statement("0".repeat(64)),
    },
  ),
  paper(
    "sbom_identity",
    "warn",
    "sbom-of-another",
    "CycloneDX, metadata.component; NTIA minimum elements",
    "https://www.ntia.gov/report/2021/minimum-elements-software-bill-materials-sbom",
    {
      sbom: { ...bom(), metadata: { component: { type: "application", name: "acme.other", version: "9.9.9" } } },
    },
  ),
];

export const VULNERABLE: readonly PublishedCase[] = [
  vulnerable(
    "log4shell",
    "CVE-2021-44228",
    "https://github.com/advisories/GHSA-jfh8-c2jp-5v3q",
    "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
    "2.14.1",
    osv(
      "GHSA-jfh8-c2jp-5v3q",
      ["CVE-2021-44228"],
      "Maven",
      "org.apache.logging.log4j:log4j-core",
      "2.13.0",
      "2.15.0",
      "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/E:H",
    ),
  ),
  vulnerable(
    "ua-parser-js",
    "GHSA-pjwm-rvh2-c87w",
    "https://github.com/advisories/GHSA-pjwm-rvh2-c87w",
    "pkg:npm/ua-parser-js@0.7.29",
    "0.7.29",
    osv("GHSA-pjwm-rvh2-c87w", [], "npm", "ua-parser-js", "0.7.29", "0.7.30", CRITICAL),
  ),
  vulnerable(
    "event-stream",
    "GHSA-mh6f-8j2x-4483",
    "https://github.com/advisories/GHSA-mh6f-8j2x-4483",
    "pkg:npm/event-stream@3.3.6",
    "3.3.6",
    osv("GHSA-mh6f-8j2x-4483", [], "npm", "event-stream", "3.3.6", "4.0.0", CRITICAL),
  ),
  vulnerable(
    "xz-backdoor",
    "CVE-2024-3094",
    "https://nvd.nist.gov/vuln/detail/CVE-2024-3094",
    "pkg:deb/debian/xz-utils@5.6.0-0.2?distro=debian-13",
    "5.6.0-0.2",
    osv("DEBIAN-CVE-2024-3094", ["CVE-2024-3094"], "Debian:13", "xz-utils", "5.5.1alpha-0.1", "5.6.1+really5.4.5-1", CRITICAL),
  ),
  vulnerable(
    "pyyaml-load",
    "CVE-2020-14343",
    "https://github.com/advisories/GHSA-8q59-q68h-6hv4",
    "pkg:pypi/pyyaml@5.3",
    "5.3",
    osv("GHSA-8q59-q68h-6hv4", ["CVE-2020-14343"], "PyPI", "pyyaml", "0", "5.4", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
  ),
  vulnerable(
    "postmark-mcp",
    "Koi Security: postmark-mcp 1.0.16",
    "https://www.koi.ai/blog/postmark-mcp-npm-malicious-backdoor-email-theft",
    "pkg:npm/postmark-mcp@1.0.16",
    "1.0.16",
    osv("MAL-0000-POSTMARK-MCP", [], "npm", "postmark-mcp", "1.0.16", "1.0.99", CRITICAL),
  ),
  vulnerable(
    "mcp-remote",
    "JFrog, CVE-2025-6514",
    "https://github.com/advisories/GHSA-6xpm-ggf7-wc3p",
    "pkg:npm/mcp-remote@0.1.15",
    "0.1.15",
    osv(
      "GHSA-6xpm-ggf7-wc3p",
      ["CVE-2025-6514"],
      "npm",
      "mcp-remote",
      "0.0.5",
      "0.1.16",
      "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H",
    ),
  ),
];

/** A schema that is no harmless description. */
export const SCHEMAS: readonly PublishedCase[] = [
  paper(
    "tool_schema_valid",
    "fail",
    "schema-remote-ref",
    "JSON Schema: remote references as SSRF",
    "https://json-schema.org/draft/2020-12/json-schema-core#section-9.4.2",
    {
      tool: { input_schema: { type: "object", properties: { a: { $ref: "http://169.254.169.254/latest/meta-data" } } } },
    },
  ),
  paper(
    "tool_schema_valid",
    "fail",
    "schema-redos",
    "ajv, CVE-2020-15366 and its advice on untrusted schemas; CWE-1333",
    "https://ajv.js.org/security.html#redos-attack",
    {
      tool: { input_schema: { type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } } } },
    },
  ),
];

/** Whoever publishes, and whose name it carries. */
export const NAMES: readonly PublishedCase[] = [
  paper(
    "skill_id_namespace",
    "fail",
    "name-of-another-publisher",
    "Birsan, dependency confusion (spec 9, T3)",
    "https://medium.com/@alex.birsan/dependency-confusion-4a5d60fec610",
    {
      skill_id: "contoso.echo",
    },
  ),
  paper(
    "secret_scope_foreign",
    "fail",
    "secret-of-another-skill",
    "confused deputy, CWE-441 (spec 9, T22)",
    "https://cwe.mitre.org/data/definitions/441.html",
    {
      capabilities: '[[capabilities.secrets]]\nscope = "skill:contoso.bank"\nkey_names = ["token"]\n',
    },
  ),
  paper(
    "forbidden_wildcard_capabilities",
    "fail",
    "wildcard-egress",
    "OWASP LLM06:2025, excessive agency",
    "https://genai.owasp.org/llmrisk/llm062025-excessive-agency/",
    {
      capabilities: '[capabilities]\nhttp_egress_allowlist = ["*"]\n[capabilities.wildcard_opt_in]\nhttp_egress = true\n',
    },
  ),
  paper(
    "forbidden_device_capabilities",
    "fail",
    "camera-without-need",
    "OWASP LLM06:2025, excessive agency",
    "https://genai.owasp.org/llmrisk/llm062025-excessive-agency/",
    {
      capabilities: '[capabilities]\ndevice_capabilities = ["camera.capture"]\n',
    },
  ),
];
