import { readFileSync } from "node:fs";
import { readToml } from "palyra-skills/manifest";
import { expect, it } from "vitest";
import { describeShared, shared, sharedBytes } from "../../../../testing/shared.ts";
import { tagged, thrown } from "./toml.ts";

const folder = ["corpora", "toml-test", "tests"];
const listed = (list: string): readonly string[] =>
  readFileSync(shared(...folder, list), "utf8")
    .split("\n")
    .filter((name) => name.endsWith(".toml"));
const read = (name: string) => readToml(sharedBytes(...folder, ...name.split("/")));

/** What toml-test lists as valid in 1.1 and 1.0 does not have. */
const ONLY_IN_1_1 = [
  "valid/datetime/no-seconds.toml",
  "valid/inline-table/newline-comment.toml",
  "valid/inline-table/newline.toml",
  "valid/key/empty-05.toml",
  "valid/spec-1.1.0/common-12.toml",
  "valid/spec-1.1.0/common-29.toml",
  "valid/spec-1.1.0/common-31.toml",
  "valid/spec-1.1.0/common-34.toml",
  "valid/spec-1.1.0/common-47.toml",
  "valid/string/escape-esc.toml",
  "valid/string/hex-escape.toml",
];

describeShared("corpora/toml-test", "toml-test, the syntax alone", () => {
  const valid = listed("files-toml-1.0.0").filter((name) => name.startsWith("valid/"));
  const invalid = listed("files-toml-1.0.0").filter((name) => name.startsWith("invalid/"));

  it("is all there", () => {
    expect([valid.length, invalid.length]).toEqual([210, 499]);
  });

  it.each(valid)("%s gives the values that it must", (name) => {
    const expected: unknown = JSON.parse(readFileSync(shared(...folder, name.replace(/\.toml$/, ".json")), "utf8"));
    expect(tagged(read(name).root)).toEqual(untyped(expected));
  });

  // None is excepted.
  it.each(invalid)("%s is refused, with its place", (name) => {
    const error = thrown(() => read(name));
    expect(error).toHaveCode("ManifestParse");
    expect(error).toMatchObject({ details: { faults: [{ line: expect.any(Number), column: expect.any(Number) }] } });
  });

  it.each(ONLY_IN_1_1)("%s is TOML 1.1 and refused", (name) => {
    expect(thrown(() => read(name))).toHaveCode("ManifestParse");
  });

  it("takes all else that is valid in 1.1", () => {
    const others = listed("files-toml-1.1.0").filter((name) => name.startsWith("valid/") && !ONLY_IN_1_1.includes(name));
    for (const name of others) expect(() => read(name), name).not.toThrow();
  });
});

/** toml-test's JSON in the form of `tagged`. */
function untyped(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(untyped);
  if (typeof json !== "object" || json === null) throw new Error("not toml-test's form");
  if (!("type" in json && "value" in json && typeof json.type === "string" && typeof json.value === "string"))
    return new Map(Object.entries(json).map(([key, value]) => [key, untyped(value)]));
  if (json.type === "integer") return { type: "integer", value: BigInt(json.value) };
  if (json.type === "float") return { type: "float", value: Number(json.value.replace(/inf$/, "Infinity").replace(/^\+/, "")) };
  if (json.type === "bool") return { type: "boolean", value: json.value === "true" };
  return json.type === "string" ? { type: "string", value: json.value } : "date";
}
