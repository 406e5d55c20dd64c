// What docs/authorization.md says, typed in its order.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { useSandboxProgram } from "../../../../testing/sandbox-program.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { runCommandLine } from "../../src/cli/run.ts";
import { compose } from "../../src/entry/compose.ts";
import { openSandboxPool } from "../../src/execution/index.ts";
import type { Services } from "../../src/operations/services.ts";
import { openRunner } from "../../src/operations/shared/runner.ts";
import { commandLine, temporaryFolder } from "../cli/support.ts";

const program = useSandboxProgram();
const page = readFileSync(join(repositoryRoot, "docs/authorization.md"), "utf8");
const blocks = (kind: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text = ""]) => text);

/** As a POSIX shell takes the lines of the page: words, and single quotes around some. */
const wordsOf = (line: string): string[] => (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ""));

describe("docs/authorization.md", () => {
  it("has only commands that do what stands there", async () => {
    const root = temporaryFolder();
    const example = (name: string): string => join(repositoryRoot, "examples/echo-http", name);
    const [key, artifact] = [join(root, "acme.key"), join(root, "echo.palyra-skill")];
    const built = ["--manifest", example("skill.toml"), "--module", example("echo.wasm"), "--output", artifact];
    const prepare = commandLine(root);
    for (const words of [
      ["skills", "keygen", "--output", key],
      ["skills", "package", "build", ...built, "--signing-key-file", key],
      ["skills", "install", "--artifact", artifact, "--allow-untrusted", "--yes"],
    ])
      expect(await prepare(...words)).toMatchObject({ exit: 0 });
    writeFileSync(join(root, "site.cedar"), blocks("cedar").join(""));
    writeFileSync(join(root, "cases.json"), blocks("json").join(""));
    const lines = blocks("sh").flatMap((block) => block.trim().split("\n"));
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines) {
      const [first, ...words] = wordsOf(line);
      expect(first).toBe("palyra");
      const own = /^(site\.cedar|cases\.json|receipts\.ndjson)$/;
      const exit = await typed(
        root,
        words.map((word) => (own.test(word) ? join(root, word) : word)),
      );
      expect({ line, ...exit }).toMatchObject({ line, exit: 0 });
    }
  }, 300_000);
});

/** At a terminal, by a person who says yes to everything; with the sandbox of the sources. */
async function typed(root: string, words: readonly string[]): Promise<{ readonly exit: number; readonly said: string }> {
  const env = { HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_VAULT_BACKEND: "encrypted_file" };
  const said: string[] = [];
  const write = (text: string | Uint8Array): void => void said.push(Buffer.from(text).toString());
  const [input, output] = [
    Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} }),
    Object.assign(new PassThrough(), { isTTY: true, columns: 80 }),
  ];
  output.on("data", (shown: Uint8Array) => {
    write(shown);
    if (Buffer.from(shown).toString().includes("[y/N]")) input.write("y\n");
  });
  const exit = await runCommandLine(words, {
    env,
    stdout: { write, terminal: false },
    stderr: { write, terminal: true, columns: 100 },
    prompt: { input, output },
    now: () => Date.now(),
    signal: new AbortController().signal,
    compose: (settings, askSecret): Services => {
      const openPool = () => openSandboxPool({ program, idle: 0 });
      const services: Services = {
        ...compose(settings, env, askSecret),
        stdinIsGiven: () => false,
        runner: () => openRunner(services, { openPool, now: () => Date.now() }),
      };
      return services;
    },
  });
  return { exit, said: said.join("") };
}
