import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { describeShared, shared, sharedBytes } from "../../../../testing/shared.ts";
import { JsonFault, parseJson } from "../../src/encoding/index.ts";
import { outcomeOf } from "../vectors.ts";

const FOLDER = "corpora/json-test-suite/test_parsing";

/** JSON that RFC 8259 lets a parser take, and that two parsers would read differently. */
const REPEATED_KEYS = ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"];

/** What the RFC leaves open and we read: nothing is lost or invented in it. */
const OPEN_AND_READ = [
  "i_number_double_huge_neg_exp.json",
  "i_number_real_underflow.json",
  "i_number_too_big_neg_int.json",
  "i_number_too_big_pos_int.json",
  "i_number_very_big_negative_int.json",
];

describeShared(FOLDER, "JSONTestSuite", () => {
  const files = readdirSync(shared(FOLDER));
  const read = (file: string): unknown => outcomeOf(() => parseJson(sharedBytes(FOLDER, file)));
  const valid = files.filter((file) => file.startsWith("y_") && !REPEATED_KEYS.includes(file));
  const invalid = files.filter((file) => file.startsWith("n_"));

  it("is all there", () => expect([valid.length, invalid.length, files.length]).toEqual([93, 188, 318]));

  it.each(valid)("%s is read", (file) => {
    expect(read(file)).toHaveProperty("kind");
  });

  it.each(invalid)("%s is refused with its place", (file) => {
    expect(read(file)).toBeInstanceOf(JsonFault);
    expect(read(file)).toMatchObject({ line: expect.any(Number), column: expect.any(Number), quote: expect.any(String) });
  });

  it.each(REPEATED_KEYS)("%s is refused for its repeated key", (file) => {
    expect(read(file)).toMatchObject({ problem: "repeated key", line: 1, column: 10 });
  });

  it("what the RFC leaves open is refused but for a list", () => {
    const open = files.filter((file) => file.startsWith("i_"));
    expect(open.filter((file) => !(read(file) instanceof JsonFault))).toEqual(OPEN_AND_READ);
  });
});
