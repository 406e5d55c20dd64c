import * as v from "valibot";
import { choice, list } from "../field.ts";
import { operation } from "../operation.ts";
import type { ConformanceReport } from "../services.ts";

export const run = operation({
  input: v.strictObject({
    command: list("COMMAND", "The implementation to start, after --"),
    vectors: v.optional(list("DIR", "Vectors in the same format, beside the project's own (repeatable)"), []),
    report: v.optional(choice(["json", "text"], "FORM", "json is --json")),
  }),
  positional: ["command"],
  examples: ["skills conformance run -- palyra skills conformance serve"],
  notes:
    "Feeds every vector to an implementation of the protocol and compares. Exits with 1 where anything differs; what this project itself differs in, on purpose, is marked as known (docs/interoperability.md).",
  errors: ["Io"],
  run: ({ conformance }, { command, vectors }): Promise<ConformanceReport> => {
    const [program = "", ...words] = command;
    return conformance.run({ vectors, command: [program, ...words] });
  },
  failed: ({ differed }) => differed > 0,
});
