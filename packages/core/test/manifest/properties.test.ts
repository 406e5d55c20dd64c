import { readdirSync } from "node:fs";
import fc from "fast-check";
import { SkillError } from "palyra-skills";
import { packManifest, parseManifest, readToml } from "palyra-skills/manifest";
import { parse as oracle, stringify } from "smol-toml";
import { describe, expect, it } from "vitest";
import { describeShared, shared, sharedBytes } from "../../../../testing/shared.ts";
import { BASE, tagged, taggedOracle, textOf, utf8 } from "./toml.ts";

const FULL = `${BASE}
[capabilities]
http_egress_allowlist = ["a.example"]
[[capabilities.secrets]]
scope = "skill:acme.echo_http"
key_names = ["k", 'l']
[capabilities.quotas]
fuel_budget = 18446744073709551615
[operator]
display_name = """a \\
  b"""
tags = [ # comment
  "http",
]
[operator.config.properties.__proto__]
type = "number"
default = 1.5e3
[[integrity.files]]
path = "modules/m.wasm"
sha256 = "00"
`;
/** Pieces that a mutation puts in: what the grammar turns on. */
const PIECES = [
  ..."[]{}\"'=.,#\\\n\r\t 0_-+e\0\u007f",
  "\r\n",
  '"""',
  "'''",
  "[[",
  "]]",
  "__proto__",
  "1e400",
  "\\u0",
  "\ufeff",
  "nan",
  "é🙂",
];

const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat({ max: 12 }),
  put: fc.constantFrom("", ...PIECES),
});
const mutated = (text: string) =>
  fc.array(mutation, { minLength: 1, maxLength: 4 }).map((mutations) =>
    // A pair that was cut in two is one replacement character, as it will be in the bytes.
    textOf(
      utf8(
        mutations.reduce((before, { at, cut, put }) => {
          const from = Math.floor(at * before.length);
          return before.slice(0, from) + put + before.slice(from + cut);
        }, text),
      ),
    ),
  );

/** Any outcome is right but one: an error that is not ours. */
function reads(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (error instanceof SkillError) return false;
    throw error;
  }
}

describe("the manifest parser", () => {
  it("throws nothing but its own error, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void reads(() => parseManifest(bytes))),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...PIECES), maxLength: 60 }),
        (text) => void reads(() => parseManifest(utf8(text))),
      ),
      { numRuns: 2000 },
    );
  });

  it("throws nothing but its own error on a manifest with pieces changed, and gives a place to each fault that has one", () => {
    let accepted = 0;
    fc.assert(
      fc.property(mutated(FULL), (text) => {
        try {
          parseManifest(utf8(text));
          accepted++;
        } catch (error) {
          if (!(error instanceof SkillError) || !("faults" in error.details)) throw error;
          const faults = error.details.faults ?? [];
          expect(faults.length).toBeGreaterThan(0);
          for (const fault of faults) {
            if (fault.line === undefined) expect(fault.problem).toBe("missing");
            else expect(text.replace(/^\ufeff/, "").split(/\r?\n/)[fault.line - 1]).toContain(fault.quote);
          }
        }
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(0);
  });

  it("packs whatever it reads into something that it reads again, with the files filled in", () => {
    let packed = 0;
    const files = fc.array(fc.record({ path: fc.string({ unit: "grapheme" }), sha256: fc.stringMatching(/^[0-9a-f]{64}$/) }), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(
        fc.oneof({ weight: 9, arbitrary: mutated(FULL) }, { weight: 1, arbitrary: fc.constant(FULL) }),
        files,
        (text, integrity) => {
          const bytes = utf8(text);
          if (!reads(() => parseManifest(bytes))) return;
          packed++;
          const result = packManifest(bytes, integrity);
          expect(parseManifest(result)).toEqual({ ...parseManifest(bytes), integrity: { files: integrity } });
          expect(textOf(packManifest(result, integrity))).toBe(textOf(result));
        },
      ),
      { numRuns: 2000 },
    );
    expect(packed).toBeGreaterThan(100);
  });
});

describe("the TOML reader against smol-toml", () => {
  const scalar = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.boolean(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.double({ noDefaultInfinity: true, noNaN: true }).filter((number) => !Number.isInteger(number)),
  );
  const key = fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("__proto__", "constructor", "a", "b"));
  const { table } = fc.letrec<{ table: object; value: unknown }>((tie) => ({
    table: fc.dictionary(key, tie("value"), { maxKeys: 5, noNullPrototype: false }),
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      scalar,
      fc.array(tie("value"), { maxLength: 4 }),
      tie("table"),
    ),
  }));

  it("reads what smol-toml writes as smol-toml reads it", () => {
    fc.assert(
      fc.property(table, (value) => {
        const text = stringify(value);
        expect(tagged(readToml(utf8(text)).root)).toEqual(taggedOracle(oracle(text, { integersAsBigInt: true })));
      }),
      { numRuns: 500 },
    );
  });

  describeShared("corpora/toml-test", "over toml-test's valid files with pieces changed", () => {
    const folder = ["corpora", "toml-test", "tests", "valid"];
    const texts = readdirSync(shared(...folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".toml"))
      .map((name) => textOf(sharedBytes(...folder, ...name.split("/"))));

    it("takes nothing that smol-toml refuses, and reads the same values", () => {
      let taken = 0;
      fc.assert(
        fc.property(fc.constantFrom(...texts).chain(mutated), (text) => {
          const bytes = utf8(text);
          if (!reads(() => readToml(bytes))) return;
          taken++;
          const theirs = taggedOracle(oracle(text.replaceAll("\r\n", "\n"), { integersAsBigInt: true }));
          expect(tagged(readToml(bytes).root)).toEqual(theirs);
        }),
        { numRuns: 5000 },
      );
      expect(taken).toBeGreaterThan(500);
    });
  });
});
