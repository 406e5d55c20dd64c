import fc from "fast-check";
import { expect } from "vitest";

// The same cases on every run, so that a run says something of the change alone; `PALYRA_TEST_SEED=random` looks further, and the
// fuzzer further still.
const seed = process.env["PALYRA_TEST_SEED"] ?? "20261123";
if (seed !== "random") fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });

/** `await expect(open(bytes)).rejects.toHaveCode("Zip")`: tests assert codes, never sentences. */
expect.extend({
  toHaveCode(received: unknown, ...codes: string[]) {
    const code = received instanceof Error && "code" in received ? String(received.code) : undefined;
    return {
      pass: code !== undefined && codes.includes(code),
      message: () => `expected an error with code ${codes.join(" or ")}, received ${code ?? String(received)}`,
    };
  },
});

declare module "vitest" {
  interface Matchers<T> {
    toHaveCode(...codes: string[]): T;
  }
}
