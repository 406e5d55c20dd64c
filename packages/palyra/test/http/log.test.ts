import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";

let program: Awaited<ReturnType<typeof bundleForNode>>;
beforeAll(async () => {
  program = await bundleForNode(fileURLToPath(new URL("log-lines.ts", import.meta.url)));
});

/** What it says until it ends, or until `enough`. */
async function saidBy(then: string, enough: (said: string) => boolean = () => false): Promise<string> {
  const child = spawn(process.execPath, [program.file, then], { stdio: ["pipe", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => {
    said += bytes.toString();
    if (enough(said)) child.kill("SIGKILL");
  });
  await new Promise((resolve) => child.once("close", resolve));
  return said;
}
const linesIn = (said: string): readonly string[] => said.split("\n").flatMap((line) => /"line":"(\w+)"/.exec(line)?.[1] ?? []);
const ALL = ["one", "two", "three"];

describe("the daemon's log", () => {
  it("is written while the process goes on", async () => {
    expect(linesIn(await saidBy("waits", (said) => linesIn(said).length === ALL.length))).toEqual(ALL);
  });

  it.each([
    ["goes", true, 3],
    ["goes", false, 3],
    ["breaks", true, 1],
    ["breaks", false, 1],
  ] as const)(
    "keeps no process that %s from its end, read or not (%s); the last lines are written where somebody reads",
    async (then, reads, code) => {
      const child = spawn(process.execPath, [program.file, then], { stdio: ["pipe", "ignore", "pipe"] });
      let said = "";
      await new Promise<void>((resolve) => {
        child.stderr.on("data", (bytes: Buffer) => {
          said += bytes.toString();
          if (linesIn(said).length === ALL.length) resolve();
        });
      });
      // The last bytes may come after 'exit'.
      const ended = new Promise<number | null>((resolve) => child.once(reads ? "close" : "exit", resolve));
      if (!reads) child.stderr.destroy();
      child.stdin.end();
      const late = setTimeout(() => child.kill("SIGKILL"), 60_000);
      expect(await ended).toBe(code);
      clearTimeout(late);
      expect(linesIn(said)).toEqual(reads ? [...ALL, "four"] : ALL);
    },
  );

  it.each(["fails", "ends"])("has its last lines where the process %s", async (then) => {
    expect(linesIn(await saidBy(then))).toEqual(ALL);
  });
});
