/** A skill that is active and cannot be opened: its tools are told as what they are, and go to no other (T1, T27). */
import { appendFileSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parsed } from "../cli/support.ts";
import { newCall } from "../lifecycle/parts.ts";
import { ECHO, useRuns } from "./run-support.ts";

const { at, palyra, install, servicesOf, run, kinds, lastOf } = useRuns();
const artifactOf = (skillId: string): string => at("state/skills", skillId, "1.0.0/artifact.palyra-skill");
const swap = (skillId: string): void => appendFileSync(artifactOf(skillId), "x");

const refusal = async (...words: string[]) => {
  const ran = await palyra(...words, "--json");
  expect(ran.exit).toBe(1);
  return Object(JSON.parse(ran.stderr)).error;
};

async function listed() {
  const runner = await servicesOf().runner();
  const warned: string[] = [];
  const call = { ...newCall("user:local"), now: Date.now(), warn: (text: string) => void warned.push(text) };
  try {
    const lists = [await runner.list(call), await runner.list(call)];
    return { tools: lists.map((tools) => tools.map(({ toolId }) => toolId)), warned };
  } finally {
    await runner.close();
  }
}

describe("T1: a tool whose skill's artifact is not what was installed", () => {
  it.each<[string, (skillId: string) => void]>([
    ["swapped", swap],
    ["missing", (skillId) => rmSync(artifactOf(skillId))],
    ["gone with its folder", (skillId) => rmSync(at("state/skills", skillId, "1.0.0"), { recursive: true })],
  ])("is refused by that, by whichever name, and the refusal is journaled: %s", async (_how, damage) => {
    await install({ module: ECHO });
    damage("acme.echo");
    for (const change of [
      {},
      { exactly: "id" as const },
      { tool: "acme_echo_say" },
      { tool: "acme.echo" },
      { skillId: "acme.echo" },
    ]) {
      const refused = await run(change).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "ArtifactDigestMismatch", details: { skill_id: "acme.echo", version: "1.0.0" } });
    }
    expect(await kinds()).toEqual(Array(5).fill("skill.refused"));
    expect(await lastOf("skill.refused")).toMatchObject({
      skill_id: "acme.echo",
      tool_id: "acme.echo.say",
      reason: "ArtifactDigestMismatch",
    });
    expect(await refusal("skills", "run", "acme.echo.say", "--input", "{}", "--dry-run")).toMatchObject({
      code: "ArtifactDigestMismatch",
      hint: expect.stringContaining("palyra skills remove acme.echo --version 1.0.0"),
    });
    expect((await refusal("skills", "policy", "explain", "acme.echo.say")).code).toBe("ArtifactDigestMismatch");
    expect((await refusal("skills", "policy", "explain", "acme.echo.sya")).code).toBe("UnknownTool");
  });

  it("is refused in a process that has run it before, too", async () => {
    await install({ module: ECHO });
    const runner = await servicesOf().runner();
    const call = { ...newCall("user:local"), now: Date.now() };
    const asked = { tool: "acme.echo.say", input: new TextEncoder().encode("{}"), surface: "api" as const, session: "s" };
    try {
      expect((await runner.run(asked, call)).outcome.kind).toBe("Ok");
      swap("acme.echo");
      await expect(runner.run(asked, call)).rejects.toHaveCode("ArtifactDigestMismatch");
    } finally {
      await runner.close();
    }
  });

  it("is in no list, which is told once, with what to do; T19: others are", async () => {
    await install();
    await install({ id: "acme.other", tools: ["acme.other.tell"] });
    swap("acme.echo");
    const { tools, warned } = await listed();
    expect(tools).toEqual([["acme.other.tell"], ["acme.other.tell"]]);
    expect(warned).toEqual([
      expect.stringMatching(/^acme\.echo 1\.0\.0 is not among the tools: .* was changed after .*palyra skills remove acme\.echo/),
    ]);
    const shown = await palyra("skills", "tools");
    expect(shown.stderr).toMatch(/acme\.echo 1\.0\.0 is not among them: .* was changed after/);
  });
});

describe("T27: a tool that two skills have", () => {
  it("is not the other's to offer once one of them is damaged", async () => {
    await install({ module: ECHO });
    await install({ module: ECHO, id: "acme.other", tools: ["acme.echo.say", "acme.other.tell"] });
    swap("acme.echo");
    expect((await listed()).tools[0]).toEqual(["acme.other.tell"]);
    await expect(run()).rejects.toHaveCode("AmbiguousTool");
    await expect(run({ tool: "acme_echo_say" })).rejects.toHaveCode("AmbiguousTool");
    expect((await run({ skillId: "acme.other" })).outcome.kind).toBe("Ok");
    const { results } = Object(parsed(await palyra("skills", "check", "acme.other", "--json")));
    expect(results[0].reasons).toContain(
      "nobody is offered acme.echo.say: acme.echo offers it too, until one of them is disabled",
    );
    await palyra("skills", "disable", "acme.echo");
    expect((await listed()).tools[0]).toEqual(["acme.echo.say", "acme.other.tell"]);
  });

  it("is not, either, where the journal does not say which tools the damaged one had", async () => {
    const keys = Array.from({ length: 4000 }, (_, n) => `"key_of_a_long_name_${n}"`).join(", ");
    await install({ extra: `[[capabilities.secrets]]\nscope = "skill:acme.echo"\nkey_names = [${keys}]` });
    expect((await lastOf("skill.installed"))?.["consented"]).toBeUndefined();
    await install({ id: "acme.other", tools: ["acme.other.tell"] });
    swap("acme.echo");
    expect((await listed()).tools[0]).toEqual([]);
    await expect(run()).rejects.toHaveCode("ArtifactDigestMismatch");
    await expect(run({ tool: "acme.echo", skillId: "acme.echo" })).rejects.toHaveCode("ArtifactDigestMismatch");
    await expect(run({ tool: "acme.other.tell" })).rejects.toHaveCode("AmbiguousTool");
    await expect(run({ tool: "umbrella.tell" })).rejects.toHaveCode("UnknownTool");
  });
});
