import { type JsonObjectNode, parseJson } from "palyra-skills/encoding";
import { componentsOf, subjectComponent } from "palyra-skills/supplychain";
import { describe, expect, it } from "vitest";

describe("the components of an SBOM", () => {
  it("are one flat list, those within others after the one that holds them", () => {
    const sbom = {
      metadata: { component: { name: "acme.echo", version: "1.0.0" }, tools: { components: [{ name: "a tool" }] } },
      components: [
        { name: "a", components: [{ name: "b", components: [{ name: "c" }] }] },
        { name: "d", pedigree: { ancestors: [{ name: "an ancestor" }] } },
      ],
    };
    expect(componentsOf(read(sbom)).map(({ name, place }) => [name, place.path])).toEqual([
      ["a", "components[0]"],
      ["b", "components[0].components[0]"],
      ["c", "components[0].components[0].components[0]"],
      ["d", "components[1]"],
    ]);
    expect(subjectComponent(read(sbom))).toMatchObject({ name: "acme.echo", version: "1.0.0" });
  });

  it("carry hashes, licences and the purl with their places", () => {
    const text = `{"components":[{"type":"library","bom-ref":"r","group":"g","name":"n","version":"1","scope":"excluded","purl":"pkg:npm/n@1",
      "hashes":[{"alg":"SHA-256","content":"00"}],
      "licenses":[{"license":{"id":"MIT"}},{"license":{"name":"Ours"}},{"expression":"MIT OR 0BSD"}]}]}`;
    const [component] = componentsOf(node(text));
    expect(component).toMatchObject({ type: "library", bomRef: "r", group: "g", name: "n", version: "1", scope: "excluded" });
    expect(component?.hashes).toMatchObject([{ algorithm: "SHA-256", content: "00" }]);
    expect(component?.licenses.map(({ kind, value }) => [kind, value])).toEqual([
      ["id", "MIT"],
      ["name", "Ours"],
      ["expression", "MIT OR 0BSD"],
    ]);
    expect(component?.purlPlace).toEqual({ path: "components[0].purl", offset: text.indexOf('"pkg:') });
    expect(component?.licenses[2]?.place.path).toBe("components[0].licenses[2].expression");
  });

  it("pass over what is of another type than the schema wants", () => {
    const odd = [1, null, { name: 7, purl: [], hashes: {}, licenses: [null, { license: 3 }], components: "none" }, []];
    expect(componentsOf(read({ components: odd }))).toEqual([
      { name: "", hashes: [], licenses: [], place: expect.objectContaining({ path: "components[2]" }) },
    ]);
    for (const components of [null, {}, "x", 1]) expect(componentsOf(read({ components }))).toEqual([]);
    expect(subjectComponent(read({ metadata: [] }))).toBeUndefined();
  });
});

const read = (value: unknown): JsonObjectNode => node(JSON.stringify(value));

function node(text: string): JsonObjectNode {
  const parsed = parseJson(text);
  if (parsed.kind !== "object") throw new Error("not an object");
  return parsed;
}
