import { expect } from "vitest";

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
