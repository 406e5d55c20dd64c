import fc from "fast-check";
import { isIdentifier, isSkillId, parseManifest, parseVersion } from "palyra-skills/manifest";
import { describe, expect, it } from "vitest";
import { BASE, thrown, utf8 } from "./toml.ts";

const field = (key: string, value: string) => BASE.replace(new RegExp(`^${key} = .*$`, "m"), () => `${key} = ${value}`);
const add = (more: string) => `${BASE}${more}\n`;
const white = ["\\u0020", "\\t", "\\n", "\\u00a0", "\\u0085", "\\u3000"];

describe("T4: what is not in canonical form is refused, never trimmed or folded", () => {
  const padded: Record<string, (space: string) => string> = {
    publisher: (space) => field("publisher", `"acme${space}"`),
    skill_id: (space) => field("skill_id", `"${space}acme.echo_http"`),
    version: (space) => field("version", `"1.0.0${space}"`),
    "a tool's id": (space) => field("id", `"acme.echo${space}"`),
    min_palyra_version: (space) => field("min_palyra_version", `"${space}0.1.0"`),
    "a host": (space) => `capabilities.http_egress_allowlist = ["${space}a.example"]\n${BASE}`,
    "a tag": (space) => add(`[operator]\ntags = ["http${space}"]`),
    docs_url: (space) => add(`[operator]\ndocs_url = "https://a.example${space}"`),
    "a scope": (space) => add(`[[capabilities.secrets]]\nscope = "global${space}"\nkey_names = ["a"]`),
    "a secret key": (space) => add(`[[capabilities.secrets]]\nscope = "global"\nkey_names = ["a${space}"]`),
    "a wildcard": (space) => add(`[capabilities]\nhttp_egress_allowlist = ["*.a${space}"]\nwildcard_opt_in.http_egress = true`),
    "a root": (space) => add(`[capabilities.filesystem]\nread_roots = ["a${space}"]`),
  };

  for (const [name, text] of Object.entries(padded))
    it(`${name} with white space at an end`, () => {
      for (const space of white) {
        const code = name === "a root" ? "InvalidArtifactPath" : "ManifestValidation";
        expect(
          thrown(() => parseManifest(utf8(text(space)))),
          `${name} ${space}`,
        ).toHaveCode(code);
      }
    });

  it("other spellings of a version", () => {
    for (const alias of ["+1.0.0", "01.0.0", "1.0.00", "1.0", "1.0.0.0", "v1.0.0", "1.0.0-rc.1", "1.0.0+b", "４.0.0", "1e0.0.0"])
      expect(
        thrown(() => parseManifest(utf8(field("version", `"${alias}"`)))),
        alias,
      ).toHaveCode("ManifestValidation");
  });

  it("a text is a version only if it is what its numbers are written as", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: fc.constantFrom(..."0123456789.+- v") }), fc.string()), (text) => {
        const parts = parseVersion(text);
        return parts === undefined || parts.join(".") === text;
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2 ** 32 - 1 }), { minLength: 3, maxLength: 3 }), (parts) => {
        expect(parseVersion(parts.join("."))).toEqual(parts);
      }),
    );
    expect(parseVersion("4294967296.0.0")).toBeUndefined();
  });

  it("letters that only look like, or fold to, those of an identifier", () => {
    for (const text of ["Acme", "аcme", "ａcme", "acme\u200b", "ac me", "", "\u212acme", "acme\n"]) {
      expect(isIdentifier(text), text).toBe(false);
      expect(isSkillId(text), text).toBe(false);
    }
    expect(isIdentifier("a.b:c-d_e9")).toBe(true);
    for (const text of ["a:b", ".a", "a.", "a..b", "."]) expect(isSkillId(text), text).toBe(false);
  });
});

describe("T20: what a manifest says is kept as it is; escaping is the business of whoever shows it", () => {
  it("control, escape, bidi and zero-width characters in texts pass unchanged", () => {
    const name = "a\u001b[31m\u0001\u202eb\u200b\u0007";
    const escaped = "a\\u001b[31m\\u0001\u202eb\u200b\\u0007";
    const manifest = parseManifest(utf8(field("name", `"${escaped}"`)));
    expect(manifest.name).toBe(name);
    const operator = parseManifest(utf8(add(`[operator]\ndisplay_name = "${escaped}"\nsummary = "${escaped}"`))).operator;
    expect([operator.display_name, operator.summary]).toEqual([name, name]);
  });
});
