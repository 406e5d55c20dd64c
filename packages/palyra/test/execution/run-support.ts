import { join } from "node:path";
import { beforeEach, expect } from "vitest";
import { echo, spin } from "../../../../testing/forge/command.ts";
import { useSandboxProgram } from "../../../../testing/sandbox-program.ts";
import { compose } from "../../src/entry/compose.ts";
import { openSandboxPool, type RunToolOptions, type RunToolRequest } from "../../src/execution/index.ts";
import type { Home } from "../../src/lifecycle/index.ts";
import type { Services } from "../../src/operations/services.ts";
import { openRunner } from "../../src/operations/shared/runner.ts";
import { commandLine, parsed, temporaryFolder } from "../cli/support.ts";
import { newCall } from "../lifecycle/parts.ts";
import { type SkillSpec, skillFile } from "../lifecycle/support.ts";

export const [ECHO, SPIN] = await Promise.all([echo("\\1b[31mhere\\n", 10), spin()]);
export const SECRETLY = '[[capabilities.secrets]]\nscope = "skill:acme.echo"\nkey_names = ["token"]';

export const request = (change: Partial<RunToolRequest> = {}): RunToolRequest => ({
  tool: "acme.echo.say",
  input: new TextEncoder().encode('{"text":"hi"}'),
  surface: "library",
  session: "s1",
  ...change,
});

/** Runs of tools in the sandbox of the sources, each test in a home of its own. */
export function useRuns() {
  const program = useSandboxProgram();
  let root: string;
  beforeEach(() => {
    root = temporaryFolder();
  });
  const env = () => ({ HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_VAULT_BACKEND: "encrypted_file" });
  const palyra = (...words: string[]) => commandLine(root)(...words);
  async function install(spec: SkillSpec = {}): Promise<void> {
    const ran = await palyra("skills", "install", "--artifact", await skillFile(root, spec), "--allow-untrusted");
    expect(ran).toMatchObject({ exit: 0 });
  }
  const openPool = () => openSandboxPool({ program, idle: 0 });
  /** @param changed what is another there than at home */
  function servicesOf(
    settings: Parameters<typeof compose>[0] = {},
    changed: (home: Home) => Partial<Home> = () => ({}),
  ): Services {
    const composed = compose(settings, env());
    const services: Services = {
      ...composed,
      home: { ...composed.home, ...changed(composed.home) },
      runner: () => openRunner(services, { openPool, now: () => Date.now() }),
    };
    return services;
  }
  async function run(
    change: Partial<RunToolRequest> = {},
    options: RunToolOptions = {},
    settings = {},
    changed?: Parameters<typeof servicesOf>[1],
  ) {
    const runner = await servicesOf(settings, changed).runner();
    try {
      return await runner.run(request(change), { ...newCall("user:local"), now: Date.now() }, options);
    } finally {
      await runner.close();
    }
  }
  const events = async (): Promise<readonly { event_kind: string; payload: Record<string, unknown> }[]> =>
    Object(parsed(await palyra("skills", "journal", "tail", "--last", "50", "--json"))).events;
  const kinds = async () =>
    (await events()).map(({ event_kind }) => event_kind).filter((kind) => /started|finished|refused/.test(kind));
  const lastOf = async (kind: string) => (await events()).findLast((each) => each.event_kind === kind)?.payload;
  return {
    at: (...names: string[]): string => join(root, ...names),
    env,
    palyra,
    install,
    openPool,
    servicesOf,
    run,
    kinds,
    lastOf,
  };
}
