import { describe, expect, it } from "vitest";
import { type JsonReader, MAX_FAULTS, readJson } from "../../src/encoding/index.ts";

/** A document of every shape that the reader knows. */
function readPin(root: JsonReader) {
  const fields = root.object();
  const pin = {
    publisher: fields.required("publisher").string((text) => (text === "" ? "empty" : undefined)),
    mode: fields.required("mode").oneOf(["allow", "deny"]),
    serial: fields.required("serial").integer({ min: 0n, max: 2n ** 64n - 1n }),
    port: fields.optional("port", (value) => value.safeInteger({ min: 1, max: 65_535 })),
    active: fields.optional("active", (value) => value.boolean()),
    expires: fields.optional("expires", (value) => (value.isNull ? null : value.integer())),
    tags: fields.optional("tags", (value) => value.array((item) => item.string())),
    keys: fields.optional("keys", (value) => value.map((item) => item.string())),
    extra: fields.optional("extra", (value) => value.value()),
  };
  fields.finish();
  return pin;
}

const faultsOf = (text: string) => {
  const result = readJson(text, readPin);
  return result.ok ? [] : result.faults.map(({ path, problem }) => `${path}: ${problem}`);
};

describe("readJson", () => {
  it("gives the document, with exact integers and maps whose keys are data", () => {
    const text =
      '{"publisher": "acme", "mode": "deny", "serial": 18446744073709551615, "port": 443, "active": true, "expires": null, "tags": ["a"], "keys": {"__proto__": "k"}, "extra": [1.5]}';
    expect(readJson(text, readPin)).toEqual({
      ok: true,
      value: {
        publisher: "acme",
        mode: "deny",
        serial: 18446744073709551615n,
        port: 443,
        active: true,
        expires: null,
        tags: ["a"],
        keys: new Map([["__proto__", "k"]]),
        extra: [1.5],
      },
    });
  });

  it("leaves absent options undefined", () => {
    const result = readJson(new TextEncoder().encode('{"publisher": "acme", "mode": "allow", "serial": 0}'), readPin);
    expect(result).toMatchObject({ ok: true, value: { port: undefined, tags: undefined } });
  });

  it("reports every fault in one go, in the order of the text, each with path, line, column and quote", () => {
    const text =
      '{\n  "publisher": "",\n  "port": 0,\n  "tags": ["a", 7],\n  "keys": {"k": false},\n  "mode": "maybe",\n  "what": 1\n}';
    const result = readJson(text, readPin);
    expect(result.ok ? [] : result.faults).toEqual([
      { path: "serial", problem: "missing", line: 1, column: 1, quote: "{" },
      { path: "publisher", problem: "empty", found: "", line: 2, column: 16, quote: '  "publisher": "",' },
      { path: "port", problem: "too small", found: "0", allowed: "at least 1", line: 3, column: 11, quote: '  "port": 0,' },
      expect.objectContaining({ path: "tags[1]", problem: "expected a string, found an integer", line: 4 }),
      expect.objectContaining({ path: "keys.k", problem: "expected a string, found true or false", line: 5 }),
      expect.objectContaining({ path: "mode", problem: "not an allowed value", found: "maybe", allowed: "allow, deny", line: 6 }),
      expect.objectContaining({ path: "what", problem: "unknown key", line: 7 }),
    ]);
  });

  it("says nothing more below a value of the wrong type", () => {
    expect(faultsOf("[]")).toEqual([": expected an object, found an array"]);
    expect(faultsOf("null")).toEqual([": expected an object, found null"]);
  });

  it("takes no fraction for an integer, and no integer beyond its bounds", () => {
    expect(faultsOf('{"publisher": "a", "mode": "deny", "serial": 1.0, "port": 65536}')).toEqual([
      "serial: expected an integer, found a fraction",
      "port: too large",
    ]);
    expect(faultsOf('{"publisher": "a", "mode": "deny", "serial": 18446744073709551616}')).toEqual(["serial: too large"]);
  });

  it("reports a text that is no JSON as its one fault", () => {
    expect(faultsOf('{"publisher": "a",}')).toEqual([": expected a key in double quotes"]);
  });

  it("gives the first faults of the text, however many there are and in whatever order they are found", () => {
    const members = Array.from({ length: 100_000 }, (_, index) => `"k${index}": 0`);
    const result = readJson(`{${members.join(",")}}`, (root) => {
      const fields = root.object();
      for (let index = members.length - 1; index >= 0; index--) fields.required(`k${index}`).string();
      fields.finish();
    });
    expect(result.ok ? [] : result.faults.map(({ path }) => path)).toEqual(
      Array.from({ length: MAX_FAULTS }, (_, index) => `k${index}`),
    );
  });

  it("works out no more faults than it may give", () => {
    let workedOut = 0;
    const more = {
      get allowed() {
        workedOut++;
        return "nothing";
      },
    };
    readJson(`[${"0,".repeat(10_000)}0]`, (root) => root.array((item) => item.fault("refused", more)));
    expect(workedOut).toBe(2 * MAX_FAULTS);
  });

  it("shows of long keys and values the start, never half a character", () => {
    const long = `${"x".repeat(78)}😀${"y".repeat(100_000)}`;
    const result = readJson(JSON.stringify({ [long]: long }), (root) => root.map((value) => value.oneOf(["a"])));
    const start = `${"x".repeat(78)}…`;
    expect(result).toMatchObject({ faults: [{ path: start, found: start }] });
    expect(JSON.stringify(result)).not.toMatch(/\\ud[89a-f]/);
  });

  it("quotes no half characters of a long line", () => {
    for (const shift of [0, 1]) {
      const text = `"${"a".repeat(shift)}${"😀".repeat(500)}\\q${"😀".repeat(500)}"`;
      const result = readJson(text, (root) => root.string());
      expect(result.ok ? "" : result.faults[0]?.quote).toMatch(/^(?:😀)+\\q(?:😀)+$/u);
    }
  });

  it("bounds the list of faults", () => {
    const text = `{${Array.from({ length: 1000 }, (_, index) => `"k${index}": 0`).join(",")}}`;
    expect(faultsOf(text)).toHaveLength(MAX_FAULTS);
  });
});
