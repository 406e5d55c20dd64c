import { PassThrough } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { askPerson } from "../../src/cli/ask.ts";
import { askHidden, HiddenLine } from "../../src/cli/hidden.ts";
import { fold } from "../../src/cli/text/fold.ts";
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
    { write: (lines) => void context.push(...lines), paint: plain, fold: (line) => [line] },
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
  it("is broken at blanks where the terminal is narrower", async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const lines: string[] = [];
    const asked = askPerson(
      { input, output },
      { context: [], question: "Let acme.echo of acme.echo 1.0.0 run on terminal, this once?" },
      { write: (more) => void lines.push(...more), paint: plain, fold: (line) => fold(line, 40) },
    );
    input.end("y\n");
    expect([await asked, lines, String(output.read())]).toEqual([
      true,
      ["", "", "Let acme.echo of acme.echo 1.0.0 run on"],
      expect.stringMatching(/^ {2}terminal, this once\? \[y\/N\] /),
    ]);
  });
  it("that is interrupted is neither", async () => {
    const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
    const asked = askPerson(
      { input, output },
      { context: [], question: "Install it?" },
      { write: () => {}, paint: plain, fold: (line) => [line] },
    );
    input.write("\u0003");
    expect(await asked).toBeUndefined();
    expect(String(output.read())).toMatch(/\n$/);
  });
});

describe("a line that is not shown", () => {
  const hidden = async (...chunks: (string | Uint8Array)[]) => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const raw: boolean[] = [];
    const asked = askHidden(
      { input: Object.assign(input, { setRawMode: (on: boolean) => raw.push(on) }), output },
      "Secret",
      plain,
    );
    for (const chunk of chunks) input.write(chunk);
    if (!/[\r\n\u0003\u0004]/.test(chunks.join(""))) input.end();
    const typed = await asked;
    expect(raw).toEqual([true, false]);
    return { typed: typed && Buffer.from(typed).toString(), shown: String(output.read()), rest: String(input.read() ?? "") };
  };
  it("is what was typed, and none of it is shown", async () => {
    for (const chunks of [["hun", "ter2\r"], ["hunter2\n"], ["hunter2"], ["hunter2\u0004"]])
      expect(await hidden(...chunks)).toEqual({ typed: "hunter2", shown: "Secret (not shown): \n", rest: "" });
  });
  it("can be corrected; keys that write nothing are none of it", async () => {
    const cases: readonly (readonly [string, string])[] = [
      ["wrong\u0015right\r", "right"],
      ["aé\u007fb\r", "ab"],
      ["\u007f\u0008x\r", "x"],
      ["a\u001b[D\u001b[200~b\u001bOPc\u001bxd\r", "abcd"],
      ["\t\u0001a\r", "a"],
    ];
    for (const [typed, meant] of cases) expect((await hidden(typed)).typed).toBe(meant);
  });
  it("is nothing where Ctrl-C was pressed", async () => expect((await hidden("abc\u0003")).typed).toBeUndefined());
  it("leaves what was typed ahead to the next question", async () => {
    expect(await hidden("one\rtwo\r")).toMatchObject({ typed: "one", rest: "two\r" });
  });
  it("any text without control characters comes out as it went in, in whatever pieces", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const meant = text.replace(/[\p{Cc}\p{Cs}]/gu, "");
        const line = new HiddenLine();
        for (const byte of Buffer.from(meant)) expect(line.take(byte)).toBeUndefined();
        expect(Buffer.from(line.typed()).toString()).toBe(meant);
        for (const _ of meant) line.take(0x7f);
        expect(line.typed()).toHaveLength(0);
      }),
    );
  });
});
