import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { choice, flag, integer, list, text } from "../../src/operations/field.ts";
import { operation } from "../../src/operations/operation.ts";
import { publisherKey } from "../../src/operations/shared/inputs.ts";
import { signingServices } from "./support.ts";

const sample = operation({
  input: v.strictObject({
    skillId: text("SKILL", "which", (value) => (value === "bad" ? "is bad" : undefined)),
    trustStore: v.optional(text("FILE", "where")),
    module: v.optional(list("FILE", "several"), []),
    force: flag("at once"),
    layout: v.optional(choice(["round", "flat"], "FORM", "how"), "round"),
    last: v.optional(integer("N", "how many", 1), 20),
  }),
  positional: ["skillId"],
  examples: ["sample x"],
  errors: [],
  problem: ({ force, last }) => (force && last > 50 ? "--force and --last exclude each other" : undefined),
  run: async (_services, input) => input,
  failed: (output, input) => output.last === 3 && !input.force,
});
const run = (raw: Record<string, unknown>) => sample.run(signingServices(), raw, call);
const call = {
  now: 0,
  principal: "user:local",
  deviceId: "x",
  channel: null,
  signal: new AbortController().signal,
  progress: () => {},
  warn: () => {},
};

describe("an operation", () => {
  it("tells surfaces of its fields", () => {
    expect(
      sample.fields.map(({ name, option, kind, required, choices }) => [name, option, kind, required, choices.length]),
    ).toEqual([
      ["skillId", "skill-id", "text", true, 0],
      ["trustStore", "trust-store", "text", false, 0],
      ["module", "module", "list", false, 0],
      ["force", "force", "flag", false, 0],
      ["layout", "layout", "text", false, 2],
      ["last", "last", "number", false, 0],
    ]);
    expect(sample.fields[0]).toMatchObject({ placeholder: "SKILL", help: "which" });
  });
  it("fills in defaults", async () => {
    const { output, failed } = await run({ skillId: "a" });
    expect(output).toEqual({ skillId: "a", module: [], force: false, layout: "round", last: 20 });
    expect(failed).toBe(false);
  });
  it("says that it failed although it answers", async () => {
    expect((await run({ skillId: "a", last: 3 })).failed).toBe(true);
    expect((await run({ skillId: "a", last: 3, force: true })).failed).toBe(false);
  });
  it.each([
    [{}, ["SKILL is missing"]],
    [{ skillId: " " }, ["SKILL is blank"]],
    [{ skillId: "bad" }, ['SKILL "bad" is bad']],
    [{ skillId: "a", last: 0 }, ["--last is below 1"]],
    [{ skillId: "a", last: "soon" }, ['--last "soon" is no whole number in digits']],
    [{ skillId: "a", layout: "odd" }, ['--layout "odd" is none of round, flat']],
    [{ skillId: "a", module: [""] }, ["--module is blank"]],
    [{ skillId: "a", other: 1 }, ['unknown field "other"']],
    [{ skillId: "a", force: true, last: 51 }, ["--force and --last exclude each other"]],
    [{ layout: "odd", last: 0 }, ["SKILL is missing", '--layout "odd" is none of round, flat', "--last is below 1"]],
  ])("refuses %j", async (raw, problems) => {
    expect(sample.problems(raw)).toEqual(problems);
    await expect(run(raw)).rejects.toHaveCode("Usage");
  });
});

describe("PUBLISHER=KEY", () => {
  const key = "ab".repeat(32);
  it("takes the key in either case", () => expect(publisherKey(`acme=${key.toUpperCase()}`)).toEqual({ publisher: "acme", key }));
  it.each(["acme", "=aa", "acme=", "acme=zz", `Bad Name=${key}`, `acme =${key}`, `acme=${key}0`, `=${key}`])(
    "refuses %s",
    (value) => expect(publisherKey(value)).toBeUndefined(),
  );
});
