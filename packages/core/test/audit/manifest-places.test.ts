import { expect, it } from "vitest";
import type { Finding } from "../../src/audit/finding.ts";
import { withManifestPlaces } from "../../src/audit/manifest-places.ts";
import { encodeUtf8 } from "../../src/encoding/index.ts";

const MANIFEST = `skill_id = "globex.echo"
[[entrypoints.tools]]
id = "a"
description = "\u{1f600} Says hidden words."
input_schema = { type = "object", properties = { "x.y" = { description = "dotted" }, x = { y = "plain" } } }
[[entrypoints.tools]]
id = "b"
[capabilities]
http_egress_allowlist = [
  "one.example",
  "two.example",
]
`;
const files = (text: string) => [{ path: "skill.toml", bytes: encodeUtf8(text), crc32: 0, sha256: "" }];
const found = (field: string, quote?: string, place: object = {}): Finding => ({
  code: "odd",
  status: "fail",
  message: "Odd.",
  place: { file: "skill.toml", field, ...place },
  ...(quote === undefined ? {} : { quote }),
});
const placeOf = (finding: Finding, text = MANIFEST) => {
  const { line, column } = withManifestPlaces([finding], files(text))[0]?.place ?? {};
  return [line, column];
};

it.each([
  ["skill_id", undefined, [1, 12]],
  ["skill_id", "globex.echo", [1, 13]],
  ["entrypoints.tools[0].description", "hidden", [4, 23]],
  ["entrypoints.tools[0].description", "not there", [4, 15]],
  ["entrypoints.tools[1]", undefined, [6, 1]],
  ["entrypoints.tools[1].id", "b", [7, 7]],
  ["entrypoints.tools[0].input_schema.properties.x.y.description", "dotted", [5, 75]],
  // Two fields have this path: the longer name counts.
  ["entrypoints.tools[0].input_schema.properties.x.y", "plain", [5, 58]],
  ["capabilities.http_egress_allowlist[1]", "two.example", [11, 4]],
  ["capabilities.none", undefined, [undefined, undefined]],
  ["entrypoints.tools[7].id", undefined, [undefined, undefined]],
] as const)("%s %s: %j", (field, quote, place) => {
  expect(placeOf(found(field, quote))).toEqual(place);
});

it("is not of quotes elsewhere in the text", () => {
  expect(placeOf(found("entrypoints.tools[1].id", "object"))).toEqual([7, 6]);
});

it("counts columns without the byte order mark", () => {
  expect(placeOf(found("skill_id"), `\ufeff${MANIFEST}`)).toEqual([1, 12]);
});

it("leaves places that are known, and those of other files", () => {
  expect(placeOf(found("skill_id", undefined, { line: 40, column: 2 }))).toEqual([40, 2]);
  expect(placeOf(found("skill_id", undefined, { file: "assets/a.toml" }))).toEqual([undefined, undefined]);
});
