import { readToml } from "palyra-skills/manifest";
import { describe, expect, it } from "vitest";
import { tagged, thrown, utf8 } from "./toml.ts";

const read = (value: string) => tagged(readToml(utf8(`a = [${value}]`)).root);
const refused = (value: string) => thrown(() => read(value));

describe("TOML values that toml-test leaves open", () => {
  it("are integers from -2^63 to 2^64-1, in every base", () => {
    const integers = [-(2n ** 63n), 2n ** 64n - 1n];
    expect(read("-9223372036854775808, 18446744073709551615")).toEqual(
      new Map([["a", integers.map((value) => ({ type: "integer", value }))]]),
    );
    expect(read("0xffff_ffff_ffff_ffff, 0o1777777777777777777777")).toEqual(
      new Map([["a", [0, 0].map(() => ({ type: "integer", value: 2n ** 64n - 1n }))]]),
    );
    for (const value of ["-9223372036854775809", "18446744073709551616", "0x1_0000_0000_0000_0000"])
      expect(refused(value), value).toMatchObject({
        details: { faults: [{ path: "a[0]", problem: "integer out of range", column: 6 }] },
      });
  });

  it("are floats that a double holds", () => {
    expect(read("1.7976931348623157e308, -0.0, 1e-400")).toEqual(
      new Map([["a", [Number.MAX_VALUE, -0, 0].map((value) => ({ type: "float", value }))]]),
    );
    expect(refused("1e309")).toMatchObject({ details: { faults: [{ path: "a[0]", problem: "float out of range" }] } });
  });

  it("are dates with a leap second, and none that the clock does not have", () => {
    for (const value of ["23:59:60", "1990-12-31T23:59:60Z", "2000-02-29 00:00:00.5-23:59", "0000-01-01"])
      expect(read(value), value).toEqual(new Map([["a", ["date"]]]));
    for (const value of [
      "23:59:61",
      "24:00:00",
      "1900-02-29",
      "2000-01-01T00:00:00+24:00",
      "2000-01-01T00:00:00+00:60",
      "2000-01-01T",
    ])
      expect(refused(value), value).toHaveCode("ManifestParse");
  });

  it("are strings of several lines that do not depend on how the lines end, but for what is escaped", () => {
    const values = ['"""\r\na\r\nb\\\r\n  c\\r\\n"""', "'''\r\na\r\nb'''"];
    expect(read(values.join(", "))).toEqual(new Map([["a", ["a\nbc\r\n", "a\nb"].map((value) => ({ type: "string", value }))]]));
  });
});
