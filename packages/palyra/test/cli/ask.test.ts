import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { askPerson } from "../../src/cli/ask.ts";
import { plain } from "../../src/cli/text/paint.ts";

const ask = async (
  typed: string | undefined,
): Promise<{ yes: boolean | undefined; shown: string; context: readonly string[] }> => {
  const input = new PassThrough();
  const output = new PassThrough();
  const context: string[] = [];
  const answer = askPerson(
    { input, output },
    { context: ["what it asks for"], question: "Install it?" },
    { write: (lines) => void context.push(...lines), paint: plain },
  );
  if (typed !== undefined) input.write(typed);
  input.end();
  return { yes: await answer, shown: String(output.read()), context };
};

describe("a question", () => {
  it.each(["y\n", "Y\n", "yes\n", " YES \n"])("is answered with yes by %j alone", async (typed) => {
    expect(await ask(typed)).toMatchObject({
      yes: true,
      shown: expect.stringContaining("Install it? [y/N]"),
      context: ["", "what it asks for", ""],
    });
  });
  it.each(["\n", "n\n", "no\n", "yeah\n", "ja\n", "", undefined, "y es\n", "y"])("is answered with no by %j", async (typed) => {
    expect((await ask(typed)).yes).toBe(false);
  });
  it("ends its line where the input ends, so that what is said next begins a new one", async () => {
    expect((await ask(undefined)).shown).toMatch(/\[y\/N\] \n$/);
  });
  it("that is interrupted is neither", async () => {
    const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
    const asked = askPerson({ input, output }, { context: [], question: "Install it?" }, { write: () => {}, paint: plain });
    input.write("\u0003");
    expect(await asked).toBeUndefined();
    expect(String(output.read())).toMatch(/\n$/);
  });
});
