import { type Fault, SkillError } from "palyra-skills";
import { LONG_KEY, MAX_LONG_KEYS } from "palyra-skills/encoding";
import {
  MAX_ASKED_BYTES,
  MAX_DEPTH,
  MAX_FAULTS,
  MAX_MANIFEST_BYTES,
  MAX_VALUES,
  parseManifest,
  readToml,
} from "palyra-skills/manifest";
import { describe, expect, it } from "vitest";
import { busyMs } from "../../../../testing/busy.ts";
import { BASE, thrown, utf8 } from "./toml.ts";

function refusal(text: string | Uint8Array): { code: string; faults: readonly Fault[] } {
  const error = thrown(() => parseManifest(typeof text === "string" ? utf8(text) : text));
  if (!(error instanceof SkillError) || !("faults" in error.details)) throw error;
  return { code: error.code, faults: error.details.faults ?? [] };
}

describe("faults of a manifest", () => {
  it("come all at once, in the order of the text, each with path, place and line", () => {
    const { code, faults } = refusal(`
skill_id = "Acme.Echo"
version = "1.0"
publisher = "acme"
colour = "red"

[[entrypoints.tools]]
id = "acme.echo"
name = "echo"
description = "d"
input_schema = {}
output_schema = {}

[[entrypoints.tools]]
id = "globex.echo"
name = " "
description = 7
input_schema = { "a b" = [1, inf] }
output_schema = {}

[capabilities.filesystem]
read_roots = ["data", "../up"]
`);
    expect(code).toBe("ManifestParse");
    expect(faults.map(({ path, line, column }) => [path, line, column])).toEqual([
      ["name", undefined, undefined],
      ["compat", undefined, undefined],
      ["skill_id", 2, 12],
      ["version", 3, 11],
      ["colour", 5, 1],
      ["entrypoints.tools[1].id", 15, 6],
      ["entrypoints.tools[1].name", 16, 8],
      ["entrypoints.tools[1].description", 17, 15],
      ['entrypoints.tools[1].input_schema."a b"[1]', 18, 30],
      ["capabilities.filesystem.read_roots[1]", 22, 23],
    ]);
    expect(faults[5]).toEqual({
      path: "entrypoints.tools[1].id",
      problem: "id outside the publisher's namespace",
      found: '"globex.echo"',
      allowed: "ids that start with acme.",
      line: 15,
      column: 6,
      quote: 'id = "globex.echo"',
    });
  });

  it("have the code that comes first in spec 2", () => {
    const path = '[capabilities.filesystem]\nread_roots = ["/a"]\n';
    const value = BASE.replace('"1.0.0"', '"1"');
    expect(refusal(value).code).toBe("ManifestValidation");
    expect(refusal(value + path).code).toBe("InvalidArtifactPath");
    expect(refusal(`${value}${path}[more]\n`).code).toBe("ManifestParse");
    expect(refusal(`${value}${path}[more]\n`).faults.map((fault) => fault.path)).toEqual([
      "version",
      "capabilities.filesystem.read_roots[0]",
      "more",
    ]);
  });

  it("name the path and its problem where paths are what is wrong", () => {
    const error = thrown(() => parseManifest(utf8(`${BASE}[capabilities.filesystem]\nwrite_roots = ["a//b"]\n`)));
    expect(error).toMatchObject({ details: { path: "a//b", problem: "an empty segment", faults: [{ line: 18, column: 16 }] } });
  });

  it("blame a missing key on its table's header", () => {
    expect(refusal(BASE.replace("min_palyra_version", "max_palyra_version")).faults).toMatchObject([
      { path: "compat.min_palyra_version", problem: "missing", line: 14, column: 1, quote: "[compat]" },
    ]);
  });

  it("do not repeat what follows from another fault", () => {
    expect(refusal(BASE.replace('publisher = "acme"\n', "")).faults.map(({ path }) => path)).toEqual(["publisher"]);
    expect(refusal(BASE.replace('"1.0.0"', "99999999999999999999")).faults.map(({ path }) => path)).toEqual(["version"]);
    const compat = BASE.replace('"0.1.0"', '"0.1"\nmax_palyra_version = "0.0.1"');
    expect(refusal(compat).faults.map(({ path }) => path)).toEqual(["compat.min_palyra_version"]);
    expect(refusal(BASE.replace("compat", "compact")).faults.map(({ path }) => path)).toEqual(["compat", "compact"]);
  });

  it("count columns in code points, and not the byte order mark", () => {
    const line = '"🙂é" = { a = 1, a = 2 }';
    const found = refusal(`\ufeff${line}`).faults.find(({ problem }) => problem === "defined twice");
    expect(found).toMatchObject({ path: '"🙂é".a', line: 1, column: 17, quote: line });
  });

  it("tell of each key and table that is defined twice, and of what else is wrong", () => {
    const { faults } = refusal(`${BASE}min_palyra_version = "0.2.0"\n[compat]\nx = 1\n[[entrypoints]]\n`);
    expect(faults.map(({ path, problem, line }) => [path, problem, line])).toEqual([
      ["compat.min_palyra_version", "defined twice", 17],
      ["compat", "defined twice", 18],
      ["entrypoints", "defined twice", 20],
    ]);
  });

  it("give the path of a table that got its header after a part of it was defined twice", () => {
    expect(
      refusal("[a.b]\n[a.b]\n[a]\n[[c]]\n[c.d]\n[c.d]\n[c]\nx = 1").faults.filter(({ problem }) => problem === "defined twice"),
    ).toMatchObject([
      { path: "a.b", line: 2 },
      { path: "c[0].d", line: 6 },
      { path: "c", line: 7 },
    ]);
  });

  it("say what was found where the syntax breaks, with the duplicates before it", () => {
    expect(refusal(`[a]\nb.c = 1\nb.c = 2\nd = [1,\n`).faults).toMatchObject([
      { path: "a.b.c", problem: "defined twice", line: 3, column: 3 },
      { path: "", problem: "no value", found: "the end of the text", line: 5, column: 1 },
    ]);
    expect(refusal("a = { b = 1,\n c = 2 }").faults).toMatchObject([
      { problem: "line end in an inline table", found: "the end of the line", line: 1, column: 13 },
    ]);
    expect(refusal("a = 1 b = 2").faults).toMatchObject([{ found: "b", allowed: "one statement a line", column: 7 }]);
    expect(refusal("a = 1\rb = 2").faults).toMatchObject([{ problem: "control character", line: 1, column: 6 }]);
  });

  it("show the first byte that is not UTF-8", () => {
    expect(refusal(new Uint8Array([...utf8('a = "é"\nb = "'), 0xc3, 0x28])).faults).toMatchObject([
      { problem: "not UTF-8", line: 2, column: 6 },
    ]);
  });
});

describe("bounds of a manifest", () => {
  const nested = (open: string, inner: string, close: string, levels: number) =>
    BASE.replace(
      'input_schema = { type = "object" }',
      `input_schema = { a = ${open.repeat(levels)}${inner}${close.repeat(levels)} }`,
    );

  it(`takes ${MAX_DEPTH} levels in a value and no more`, () => {
    const inner = MAX_DEPTH - 1;
    expect(() => parseManifest(utf8(nested("[", "", "]", inner)))).not.toThrow();
    expect(() => parseManifest(utf8(nested("{ a = ", "1", "}", inner)))).not.toThrow();
    expect(refusal(nested("[", "", "]", inner + 1)).faults).toMatchObject([{ problem: "nested too deep", line: 11 }]);
    expect(refusal(nested("{ a = ", "1", "}", inner + 1)).code).toBe("ManifestParse");
  });

  it(`counts each further part of a dotted key as a level`, () => {
    const dotted = (parts: number) => BASE.replace('{ type = "object" }', `{ ${Array(parts).fill("a").join(".")} = [] }`);
    expect(() => parseManifest(utf8(dotted(MAX_DEPTH - 1)))).not.toThrow();
    expect(refusal(dotted(MAX_DEPTH)).code).toBe("ManifestParse");
    const levels = (count: number) => `x = ${"{ a.a.a.a.a.a.a.a.a = ".repeat(count)}1${" }".repeat(count)}`;
    expect(() => readToml(utf8(levels(8)))).not.toThrow();
    expect(refusal(levels(9)).faults).toMatchObject([{ problem: "nested too deep" }]);
    expect(refusal(levels(20)).faults).toMatchObject([{ problem: "nested too deep" }]);
  });

  it(`takes ${MAX_DEPTH} parts in a header and no more`, () => {
    const header = (parts: number) => `[${Array(parts).fill("a").join(".")}]\n`;
    expect(() => readToml(utf8(header(MAX_DEPTH)))).not.toThrow();
    expect(thrown(() => readToml(utf8(header(MAX_DEPTH + 1))))).toHaveCode("ManifestParse");
  });

  it("bounds the text, its keys and values, and the length of a number", () => {
    expect(refusal(new Uint8Array(MAX_MANIFEST_BYTES + 1).fill(0x20)).faults).toMatchObject([{ path: "" }]);
    expect(refusal(`a = [${"0,".repeat(MAX_VALUES)}]`).faults).toMatchObject([{ problem: "too many keys and values" }]);
    expect(refusal(`a = ${"1".repeat(2 ** 20)}`).faults).toMatchObject([{ problem: "too long" }]);
    expect(refusal(`a = 1${"_1".repeat(2 ** 22)}`).faults).toMatchObject([{ problem: "too long" }]);
  });

  it("T17: bounds what is asked for, so that a long scope before many short keys is no bomb for whoever lists them", () => {
    const secrets = (characters: number, keys: number): string =>
      `${BASE}[[capabilities.secrets]]\nscope = "principal:${"p".repeat(characters)}"\nkey_names = [${Array.from({ length: keys }, (_, n) => `"k${n}"`).join()}]\n`;
    expect(() => parseManifest(utf8(secrets(256, 100)))).not.toThrow();
    expect(refusal(secrets(1_000_000, 4000))).toMatchObject({
      code: "ManifestValidation",
      faults: [{ path: "capabilities", problem: expect.stringMatching(/bytes of names$/) }],
    });
    const hosts = (count: number): string =>
      `${BASE}[capabilities]\nhttp_egress_allowlist = [${Array.from({ length: count }, (_, n) => `"h${String(n).padStart(11, "0")}"`).join()}]\n`;
    const most = MAX_ASKED_BYTES / 32;
    expect(() => parseManifest(utf8(hosts(most)))).not.toThrow();
    expect(refusal(hosts(most + 1)).faults).toMatchObject([{ path: "capabilities" }]);
    // What JSON escapes counts as what it takes there: six bytes each.
    const roots = `${BASE}[capabilities.filesystem]\nread_roots = ["${"\\u0001".repeat(MAX_ASKED_BYTES / 6)}"]\n`;
    expect(refusal(roots).faults).toMatchObject([{ path: "capabilities" }]);
  });

  it(`tells ${MAX_FAULTS} faults of a kind and the number of the others`, () => {
    const { code, faults } = refusal(`${BASE}${Array.from({ length: MAX_FAULTS + 50 }, (_, i) => `x${i} = 1\n`).join("")}`);
    expect(code).toBe("ManifestParse");
    expect(faults).toHaveLength(MAX_FAULTS + 1);
    expect(faults.at(-1)).toEqual({ path: "", problem: "further faults", found: "50" });
    expect(refusal(`${"a = 1\n".repeat(MAX_FAULTS + 10)}[`).faults.map(({ problem }) => problem)).toContain("no key");
  });

  it("shows the start of long keys, bare ones too", () => {
    const long = "k".repeat(2 ** 20);
    const unknown = Array.from({ length: MAX_FAULTS }, (_, index) => `u${index} = 1\n`).join("");
    const { code, faults } = refusal(`${BASE}[operator.config.properties.${long}]\ntype = "string"\n${unknown}`);
    expect(code).toBe("ManifestParse");
    expect(faults[0]?.path).toBe(`operator.config.properties."${"k".repeat(79)}…".u0`);
    expect(JSON.stringify(faults).length).toBeLessThan(1000 * MAX_FAULTS);
  });

  it("refuses many keys that an engine would compare in full", () => {
    const long = (count: number, length: number): string =>
      Array.from({ length: count }, (_, index) => `${String(index).padStart(length, "k")} = 1\n`).join("");
    expect(() => readToml(utf8(long(MAX_LONG_KEYS, LONG_KEY + 1)))).not.toThrow();
    expect(() => readToml(utf8(long(MAX_LONG_KEYS + 1, LONG_KEY)))).not.toThrow();
    expect(refusal(long(MAX_LONG_KEYS + 1, LONG_KEY + 1)).faults).toMatchObject([{ problem: "too many long keys" }]);
  });

  it("reads strings of a million escapes", () => {
    for (const quote of ['"', '"""']) {
      const { root } = readToml(utf8(`a = ${quote}${"x\\n\\u00e9".repeat(500_000)}${quote}`));
      expect(root.members.get("a")?.node).toMatchObject({ value: "x\né".repeat(500_000) });
    }
  });

  it("counts a long line once, however many faults are on it", () => {
    const start = busyMs();
    expect(refusal(`x = ["${"y".repeat(15_000_000)}", ${"1e999,".repeat(200)}]`).faults[0]?.column).toBe(15_000_010);
    expect(busyMs() - start).toBeLessThan(8_000);
  });

  it("does not slow down on long texts of one kind", () => {
    const length = 2 ** 20;
    for (const text of [
      `skill_id = "${"a.".repeat(length / 2)}"`,
      `name = "${" ".repeat(length)}x"`,
      `name = """${'" '.repeat(length / 2)}"""`,
      `name = """${"\\\n".repeat(length / 2)}"""`,
      `capabilities.http_egress_allowlist = ["${"a-".repeat(length / 2)}_"]`,
      `operator.plugin.default_module_path = "modules/${".wasm".repeat(length / 5)}x"`,
      `operator.docs_url = "https://${" \\t".repeat(length / 3)}"`,
      `operator.config.properties.a = { type = "string", enum_values = ["${" ".repeat(length)}x"] }`,
      `${" ".repeat(length)}= 1`,
    ])
      expect(refusal(text).code).toBe("ManifestParse");
  });
});
