import { describe, expect, it } from "vitest";
import { encodeUtf8, toHex } from "../../src/encoding/index.ts";
import { webPlatform } from "../../src/platform/index.ts";
import { audit, type SkillParts, trustedSkill } from "./skills.ts";
import { assemble } from "./wat.ts";

const RUN = '(module (func (export "_start")))';
const digestOf = (bytes: Uint8Array): string => toHex(webPlatform.sha256().update(bytes).digest());
const checkOf = async (parts: Omit<SkillParts, "modules">, id: string, parameters = {}, modules?: SkillParts["modules"]) => {
  const skill = await trustedSkill({ modules: modules ?? { "echo.wasm": await assemble(RUN) }, ...parts });
  const { checks } = await audit(skill, { policy: { parameters } });
  return checks.find(({ check_id }) => check_id === id);
};

describe("T15: papers are held against the goods", () => {
  it("a module that was exchanged after it was built fails by SBOM and provenance alike", async () => {
    const built = digestOf(await assemble(RUN));
    const other = await assemble('(module (func (export "_start") unreachable))');
    const sbom = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"acme.echo","version":"1.0.0"}},
      "components":[{"type":"file","name":"modules/echo.wasm","hashes":[{"alg":"SHA-256","content":"${built}"}]}]}`;
    const provenance = `{"subject":[{"name":"modules/echo.wasm","digest":{"sha256":"${built}"}}],"builder":{"id":"https://ci.example"}}`;
    for (const id of ["sbom_identity", "provenance_subjects"]) {
      expect(await checkOf({ sbom, provenance }, id)).toMatchObject({ status: "pass" });
      const swapped = await checkOf({ sbom, provenance }, id, {}, { "echo.wasm": other });
      expect(swapped).toMatchObject({ status: "fail", details: { findings: [{ code: "digest_mismatch" }] } });
    }
  });

  it("a module beside those that the provenance is of is one that nobody vouches for", async () => {
    const echo = await assemble(RUN);
    const provenance = `{"subject":[{"name":"modules/echo.wasm","digest":{"sha256":"${digestOf(echo)}"}}],"builder":{"id":"https://ci.example"}}`;
    const more = { "echo.wasm": echo, "more.wasm": await assemble('(module (func (export "run") unreachable))') };
    expect(await checkOf({ provenance }, "provenance_subjects", {}, more)).toMatchObject({
      status: "fail",
      details: { findings: [{ code: "module_uncovered", quote: "modules/more.wasm" }] },
    });
  });

  it("a module that is named without a digest, beside what has one, is one that nobody vouches for", async () => {
    const echo = await assemble(RUN);
    const more = { "echo.wasm": echo, "more.wasm": await assemble('(module (func (export "run") unreachable))') };
    for (const digest of ["{}", '{"gitCommit":"ab"}', '{"sha256":"TODO"}']) {
      const provenance = `{"subject":[{"name":"modules/echo.wasm","digest":{"sha256":"${digestOf(echo)}"}},
        {"name":"modules/more.wasm","digest":${digest}}],"builder":{"id":"https://ci.example"}}`;
      expect(await checkOf({ provenance }, "provenance_subjects", {}, more)).toMatchObject({
        status: "fail",
        details: { findings: [{ code: "module_uncovered", quote: "modules/more.wasm" }, { status: "warn" }] },
      });
    }
  });

  it("a genuine statement of SLSA v1 is read", async () => {
    const provenance = `{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://slsa.dev/provenance/v1",
      "subject":[{"name":"echo.wasm","digest":{"sha256":"${digestOf(await assemble(RUN))}"}}],
      "predicate":{"buildDefinition":{},"runDetails":{"builder":{"id":"https://ci.example"}}}}`;
    for (const id of ["provenance_subjects", "provenance_builder"])
      expect(await checkOf({ provenance }, id)).toMatchObject({ status: "pass" });
  });
});

describe("findings in papers", () => {
  it("have line, column and field", async () => {
    const provenance = '{\n  "subject": [{ "name": "é", "digest": { "sha256": "TODO" } }],\n  "builder": { "id": "b" }\n}';
    expect(await checkOf({ provenance }, "provenance_subjects")).toMatchObject({
      details: {
        findings: [
          {
            code: "digest_placeholder",
            quote: "TODO",
            place: { file: "_palyra/provenance.json", line: 2, column: 52, field: "subject[0].digest.sha256" },
          },
          { code: "module_uncovered" },
        ],
      },
    });
  });

  it("are cut and counted where there are very many", async () => {
    const subjects = Array.from(
      { length: 100_000 },
      (_, index) => `{"name":"n${index}","digest":{"sha256":"${"ab".repeat(32)}"}}`,
    );
    const provenance = `{"subject":[${subjects.join()}],"builder":{"id":"b"}}`;
    const started = process.cpuUsage();
    const check = await checkOf({ provenance }, "provenance_subjects");
    // On one line of 9 MB: the end of that line is not to be looked for once for each (35 s, when it was).
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(15_000);
    expect(check).toMatchObject({ status: "fail", details: { count: 100_001 } });
    expect(JSON.stringify(check).length).toBeLessThan(40_000);
  });
});

describe("builders that a policy allows", () => {
  const provenance = (...ids: readonly string[]) =>
    JSON.stringify({
      _type: "https://in-toto.io/Statement/v1",
      predicateType: "https://slsa.dev/provenance/v1",
      subject: [{ name: "m" }],
      predicate: { runDetails: { builder: { id: ids[0] } } },
      builder: { id: ids.at(-1) },
    });
  const cases = [
    [["https://ci.example/build"], ["https://ci.example/build"], "pass"],
    [["https://ci.example/build"], ["https://ci.example/*"], "pass"],
    [["https://ci.example.evil/build"], ["https://ci.example/*"], "fail"],
    [["https://ci.example/build"], ["https://ci.example/buil"], "fail"],
    [["https://ci.example/build"], ["*"], "pass"],
    [["https://ci.example/build", "https://other.example"], ["https://ci.example/*"], "fail"],
    [["https://other.example", "https://ci.example/build"], ["https://ci.example/*"], "fail"],
    [[""], ["https://ci.example/*"], "fail"],
  ] as const;
  it.each(cases)("%j under %j: %s", async (ids, allowed, status) => {
    const check = await checkOf({ provenance: provenance(...ids) }, "provenance_builder", { provenance_builder: { allowed } });
    expect(check).toMatchObject({ status });
  });
});

it("papers of very many bytes are read in time that grows with them", async () => {
  const noise = encodeUtf8(`{"a":"${"x".repeat(1_000_000)}"}`);
  const provenance = `{"subject":[{"name":"m","digest":${new TextDecoder().decode(noise)}}],"builder":{"id":"b"}}`;
  expect(await checkOf({ provenance }, "provenance_subjects")).toMatchObject({
    details: { findings: [{ code: "algorithm_unknown" }, {}] },
  });
});

describe("licences that a policy refuses", () => {
  const sbom = (component: object) =>
    JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", components: [{ type: "library", name: "a", ...component }] });
  const of = (expression: string) => sbom({ licenses: [{ expression }] });
  const cases = [
    [of("AGPL-3.0-only"), { denied: ["AGPL-*"] }, "fail"],
    [of("MIT OR AGPL-3.0-only"), { denied: ["AGPL-*"] }, "pass"],
    [of("MIT AND AGPL-3.0-only"), { denied: ["AGPL-*"] }, "fail"],
    [of("MIT"), { allowed: ["Apache-2.0"] }, "fail"],
    [sbom({ licenses: [{ license: { name: "Proprietary" } }] }), { denied: ["proprietary"] }, "fail"],
    [sbom({ licenses: [{ license: { name: "MIT OR Apache-2.0" } }] }), { allowed: ["MIT"] }, "pass"],
    [sbom({}), { allowed: ["MIT"] }, "warn"],
    [sbom({}), { denied: ["MIT"] }, "pass"],
    [sbom({ scope: "excluded", licenses: [{ expression: "AGPL-3.0-only" }] }), { denied: ["AGPL-*"] }, "pass"],
  ] as const;
  it.each(cases)("%s under %j: %s", async (text, parameters, status) => {
    expect(await checkOf({ sbom: text }, "license_denied", { license_denied: parameters })).toMatchObject({ status });
  });
});
