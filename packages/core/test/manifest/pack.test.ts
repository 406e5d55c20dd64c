import { type IntegrityFile, packManifest, parseManifest, readToml } from "palyra-skills/manifest";
import { describe, expect, it } from "vitest";
import { describeShared, sharedBytes, sharedJson } from "../../../../testing/shared.ts";
import { BASE, textOf, thrown, utf8 } from "./toml.ts";

const FILES: readonly IntegrityFile[] = [
  { path: "_palyra/sbom.cdx.json", sha256: "a".repeat(64) },
  { path: 'modules/a "quoted" \\ name.wasm', sha256: "b".repeat(64) },
  { path: "modules/é🙂\u0001.wasm", sha256: "c".repeat(64) },
];
const pack = (text: string, files = FILES) => textOf(packManifest(utf8(text), files));
const files = (text: string) => parseManifest(utf8(text)).integrity.files;
const OLD = `{ path = "old", sha256 = "old" }`;

describe("packManifest", () => {
  it("appends the files to the author's own text", () => {
    const text = `# mine\n${BASE}# the end`;
    expect(pack(text, [{ path: "modules/a.wasm", sha256: "00" }])).toBe(
      `${text}\n\n[[integrity.files]]\npath = "modules/a.wasm"\nsha256 = "00"\n`,
    );
  });

  const given: Record<string, string> = {
    "a table": `${BASE}[integrity] # old\nfiles = [\n  ${OLD}, # more\n]\n# kept\n`,
    "a table in the middle": BASE.replace("[compat]", `  [integrity]\n  files = [${OLD}]\n\n# kept\n[compat]`),
    "an empty table": `${BASE}# kept\n[integrity]`,
    "arrays of tables": `${BASE}[[integrity.files]]\npath = "old"\nsha256 = "old"\n[[integrity.files]] # kept no more\nsha256 = "old"\n  path = '''\nold'''\n# kept`,
    "dotted keys": `integrity.files = [${OLD}]\n# kept\n${BASE}`,
    "quoted dotted keys": `"integrity" . 'files' = [${OLD}]\n# kept\n${BASE}`,
    "an inline table": `# kept\nintegrity = { files = [${OLD}] }\n${BASE}`,
    "a quoted header": `${BASE}["integr\\u0069ty"]\nfiles = [${OLD}]\n# kept\n`,
    nothing: `# kept\n${BASE}`,
  };

  for (const [form, text] of Object.entries(given))
    it(`replaces what the author gave as ${form}`, () => {
      const packed = pack(text);
      expect(files(packed)).toEqual(FILES);
      expect(packed).not.toContain("old");
      expect(packed).toContain("# kept\n");
      expect({ ...parseManifest(utf8(packed)), integrity: undefined }).toEqual({
        ...parseManifest(utf8(text)),
        integrity: undefined,
      });
      expect(pack(packed)).toBe(packed);
    });

  it("takes out whole lines, indented ones too", () => {
    const text = (lines: string) => `  # above\n${lines}  # below\n${BASE}`;
    expect(pack(text("\tintegrity.files = [\n  # inside\n  ] # beside\n"), [])).toBe(text(""));
  });

  it("keeps one byte order mark and the author's line ends", () => {
    const packed = pack(`\ufeffintegrity.files = []\n${BASE}`.replaceAll("\n", "\r\n"));
    expect(packed.startsWith("\ufeffmanifest_version")).toBe(true);
    expect(packed.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(packed.lastIndexOf("\ufeff")).toBe(0);
    expect(files(packed)).toEqual(FILES);
  });

  it("does not take another key for integrity", () => {
    const text = BASE.replace('{ type = "object" }', '{ integrity = 1, "integrity.files" = 2 }');
    expect(pack(text)).toContain('{ integrity = 1, "integrity.files" = 2 }');
  });

  it("refuses a manifest that could not be read again", () => {
    expect(thrown(() => pack(BASE.replace("acme.echo_http", "Acme")))).toHaveCode("ManifestValidation");
    expect(thrown(() => pack("a ="))).toHaveCode("ManifestParse");
  });

  it("writes no files where there are none", () => {
    expect(pack(`${BASE}\n\n`, [])).toBe(BASE);
    expect(readToml(utf8(pack(BASE, []))).statements).toHaveLength(readToml(utf8(BASE)).statements.length);
  });
});

describeShared("conformance/manifest", "packing the accepted vectors", () => {
  it("gives the same manifest with the files filled in, which packs to the same bytes again", () => {
    const cases = Object.keys(Object(sharedJson("conformance", "manifest", "expected.json")));
    const accepted = cases.filter((name) => name.startsWith("accept/"));
    expect(accepted).toHaveLength(164);
    for (const name of accepted) {
      const bytes = sharedBytes("conformance", "manifest", ...name.split("/"));
      const packed = packManifest(bytes, FILES);
      expect(parseManifest(packed), name).toEqual({ ...parseManifest(bytes), integrity: { files: FILES } });
      expect(packManifest(packed, FILES), name).toEqual(packed);
    }
  });
});
