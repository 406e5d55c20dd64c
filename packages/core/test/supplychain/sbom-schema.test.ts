import { readdirSync } from "node:fs";
import fc from "fast-check";
import { encodeUtf8, type JsonObjectNode, parseJson } from "palyra-skills/encoding";
import { SBOM_VERSIONS, type SbomValidity, validateSbom } from "palyra-skills/supplychain";
import { describe, expect, it } from "vitest";
import { busyMs } from "../../../../testing/busy.ts";
import { describeShared, shared, sharedBytes } from "../../../../testing/shared.ts";

describeShared("corpora/cyclonedx", "CycloneDX's own cases", () => {
  for (const version of SBOM_VERSIONS) {
    const files = readdirSync(shared("corpora/cyclonedx", version));
    it(`${version}: none that is valid is refused, none that is not is taken`, async () => {
      const verdicts = await Promise.all(
        files.map(async (file) => {
          const { state } = await validate(sharedBytes("corpora/cyclonedx", version, file));
          return [file, state] as const;
        }),
      );
      const expected = (file: string) => (file.startsWith("valid-") ? "valid" : "invalid");
      expect(verdicts).toEqual(files.map((file) => [file, expected(file)]));
      expect(verdicts.length).toBeGreaterThan(20);
    });
  }
});

describe("what the schema says of an SBOM", () => {
  it("has a path and an offset each", async () => {
    const text = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","purl":7,"a/b~c":1},{"name":"b"}]}`;
    const said = await validate(text);
    expect(said.state === "invalid" && said.faults).toEqual([
      {
        keyword: "additionalProperties",
        problem: "is a field that the schema does not know",
        place: { path: "components[0].a/b~c", offset: text.indexOf('1},{"name') },
      },
      { keyword: "type", problem: "is not a text", place: { path: "components[0].purl", offset: text.indexOf("7,") } },
      { keyword: "required", problem: "has no `type`", place: { path: "components[1]", offset: text.indexOf('{"name":"b"') } },
    ]);
  });

  it("tells of a choice that fits nothing what is wrong with the branch that got furthest", async () => {
    const said = await validate(
      bom({ components: [{ type: "library", name: "a", licenses: [{ license: { id: "No-Such" } }] }] }),
    );
    expect(said).toMatchObject({ state: "invalid", faults: [{ place: { path: "components[0].licenses[0].license.id" } }] });
  });

  it.each(["", "1.1", "1.8", "2.0", "1.6 ", "__proto__", "constructor"])(
    "says that there is no schema for %j",
    async (specVersion) => {
      expect(await validate(JSON.stringify({ bomFormat: "CycloneDX", specVersion }))).toMatchObject({ state: "unknown_version" });
    },
  );

  const formats = [
    ["2024-02-29T23:59:60Z", true],
    ["2024-01-01T00:00:00.123+01:00", true],
    ["2023-02-29T00:00:00Z", false],
    ["2024-01-01", false],
    ["2024-01-01T24:00:00Z", false],
    ["2024-01-01T00:00:00", false],
    ["yesterday", false],
  ] as const;
  it.each(formats)("takes %j as a time: %s", async (timestamp, valid) => {
    expect((await validate(bom({ metadata: { timestamp } }))).state).toBe(valid ? "valid" : "invalid");
  });

  const addresses = [
    ["https://example.com/%41?q=ü", true],
    ["../relative#part", true],
    ["not an address", false],
    ["https://example.com/%4", false],
    ["<script>", false],
  ] as const;
  it.each(addresses)("takes %j as a reference: %s", async (url, valid) => {
    expect((await validate(bom({ externalReferences: [{ type: "website", url }] }))).state).toBe(valid ? "valid" : "invalid");
  });
});

describe("an SBOM that is made to hurt its reader", () => {
  const many = (count: number, item: (index: number) => object) => Array.from({ length: count }, (_, index) => item(index));

  it("of very many components takes as long as they are many, not the square of it", async () => {
    const components = many(100_000, (index) => ({ type: "library", name: `n${index}`, version: "1" }));
    const start = busyMs();
    expect((await validate(bom({ components }))).state).toBe("valid");
    // Each with each would be five thousand million comparisons.
    expect(busyMs() - start).toBeLessThan(20_000);
  });

  it("of very many faults keeps the first of them, and says that there are more", async () => {
    const components = many(50_000, () => ({ type: "nothing", nme: "x" }));
    const said = await validate(bom({ components }));
    expect(said).toMatchObject({ state: "invalid", complete: false });
    expect(said.state === "invalid" && said.faults.length).toBeGreaterThan(100);
  });

  it("that repeats an item is refused, whatever its keys are and in whatever order", async () => {
    const one = `{"type":"library","name":"a","properties":[{"name":"constructor","value":"valueOf"}],"version":"1"}`;
    const same = `{"version":"1","properties":[{"value":"valueOf","name":"constructor"}],"name":"a","type":"library"}`;
    const of = (...components: string[]) => `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[${components.join()}]}`;
    expect(await validate(of(one, same))).toMatchObject({ state: "invalid", faults: [{ keyword: "uniqueItems" }] });
    expect((await validate(of(one, one.replace('"1"', '"2"')))).state).toBe("valid");
    const odd = `{"type":"library","name":"a","valueOf":1,"toString":2,"hasOwnProperty":3,"constructor":4,"__proto__":{}}`;
    expect(await validate(of(odd, odd))).toMatchObject({ state: "invalid" });
  });

  it("repeats an item or not, as a comparison of each with each says", async () => {
    const some = (...values: readonly unknown[]) => fc.constantFrom(...values);
    const property = fc.record({ name: some("a", "b"), value: some("1", "2") });
    const component = fc.record(
      { name: some("a", "b"), version: some("1", "2"), properties: fc.array(property, { maxLength: 2 }) },
      { requiredKeys: ["name"] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(component, { maxLength: 5 }), async (made) => {
        const components = made.map((each) => ({ type: "library", ...each }));
        const texts = components.map((each) => JSON.stringify(each, ["type", "name", "version", "properties", "value"]));
        const said = await validate(bom({ components }));
        expect(said.state).toBe(new Set(texts).size === texts.length ? "valid" : "invalid");
      }),
    );
  });

  it("of components within components is read as deep as JSON is", async () => {
    let component: object = { type: "library", name: "innermost" };
    for (let level = 0; level < 60; level++) component = { type: "library", name: `n${level}`, components: [component] };
    expect((await validate(bom({ components: [component] }))).state).toBe("valid");
  });
});

const bom = (more: object): string => JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", ...more });

function validate(document: string | Uint8Array): Promise<SbomValidity> {
  const node = parseJson(typeof document === "string" ? encodeUtf8(document) : document);
  return validateSbom(objectNode(node));
}

function objectNode(node: ReturnType<typeof parseJson>): JsonObjectNode {
  if (node.kind !== "object") throw new Error("not an object");
  return node;
}
