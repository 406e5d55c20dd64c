// An embedder is told what a person at the terminal is told.
import { join } from "node:path";
import { SkillError } from "palyra-skills";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { explainError, openHost, PalyraError } from "../../src/entry/index.ts";
import { commandLine, temporaryFolder } from "../cli/support.ts";
import { skillFile } from "../lifecycle/support.ts";

let root: string;
const opened: { close(): Promise<void> }[] = [];
beforeEach(() => {
  root = temporaryFolder();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((host) => host.close()));
});

/** What a host throws, in the words that are asked for. */
async function thrown(call: (host: ReturnType<typeof openHost>) => Promise<unknown>): Promise<unknown> {
  const env = { HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_VAULT_BACKEND: "encrypted_file" };
  const host = openHost({ env });
  opened.push(host);
  return call(host).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("explainError", () => {
  it("says of what a host throws exactly what the command says", async () => {
    const palyra = commandLine(root);
    const artifact = await skillFile(root, {});
    expect(await palyra("skills", "install", "--artifact", artifact, "--allow-untrusted")).toMatchObject({ exit: 0 });
    for (const quarantined of [false, true]) {
      if (quarantined) await palyra("skills", "quarantine", "acme.echo", "--reason", "looks odd");
      const tool = quarantined ? "acme.echo" : "acme.none";
      const error = await thrown((host) => host.call(tool));
      const explained = await explainError(error);
      const { stderr, exit } = await palyra("skills", "run", tool, "--input", "{}");
      expect(exit).not.toBe(0);
      expect(explained?.text).toBe(stderr.trimEnd());
      expect(explained).toMatchObject({ code: quarantined ? "NotEligible" : "UnknownTool" });
      expect(explained?.text).toContain(explained?.message);
      expect(explained?.text).not.toMatch(/\n\s+at /);
    }
  });

  it("names the state root in its hint, where it is told one, as a shell takes it", async () => {
    const error = new PalyraError("NotInstalled", { skill_id: "acme.echo" });
    expect((await explainError(error))?.hint).toBe("palyra skills list shows what is installed");
    const { hint } = (await explainError(error, { stateRoot: "/srv/our skills" })) ?? {};
    expect(hint).toBe("palyra --state-root '/srv/our skills' skills list shows what is installed");
  });

  it("says what core threw, with a stranger's words escaped, and nothing of what is no error of ours", async () => {
    const error = new SkillError("ArtifactEntryTooLarge", { path: "a\u001b[31m\u202e", actual: 2, limit: 1 });
    const { code, text } = (await explainError(error)) ?? {};
    expect(code).toBe("ArtifactEntryTooLarge");
    expect(text).toMatch(/^error: /);
    expect(text).not.toMatch(/[\u001b\u202e]/);
    for (const other of [new TypeError("secret"), "text", undefined]) expect(await explainError(other)).toBeUndefined();
  });
});
