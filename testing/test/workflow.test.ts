import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { repositoryRoot } from "../shared.ts";

interface Step {
  readonly run?: string;
  readonly uses?: string;
}
interface Workflow {
  readonly on: { readonly workflow_call: { readonly inputs: { readonly [name: string]: { readonly type: string } } } };
  readonly permissions: { readonly [scope: string]: string };
  readonly jobs: { readonly skills: { readonly steps: readonly Step[]; readonly env: { readonly [name: string]: string } } };
}

describe("docs/ci/palyra-skills.yml", () => {
  const text = readFileSync(join(repositoryRoot, "docs/ci/palyra-skills.yml"), "utf8");
  const workflow: Workflow = parse(text);
  const { steps, env } = workflow.jobs.skills;
  const scripts = steps.flatMap(({ run }) => run ?? []);

  it("is a reusable workflow that may read, and no more than it needs", () => {
    expect(Object.keys(workflow.on)).toEqual(["workflow_call"]);
    expect(workflow.permissions).toEqual({ contents: "read" });
    expect(steps.every(({ run, uses }) => (run === undefined) !== (uses === undefined))).toBe(true);
  });

  it("puts no input into a script: they are variables", () => {
    for (const script of scripts) expect(script).not.toContain("${{");
    const inputs = Object.keys(workflow.on.workflow_call.inputs);
    for (const value of Object.values(env)) expect(inputs).toContain(/^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)?.[1]);
  });

  it.each(scripts)("has scripts that bash reads: %s", (script) => {
    expect(spawnSync("bash", ["-n"], { input: script, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  });

  it("types commands that there are", async () => {
    const { CATALOG } = await import("../../packages/palyra/src/operations/catalog.ts");
    for (const name of ["skills lint", "skills audit"]) expect(Object.keys(CATALOG)).toContain(name);
    const ours = text
      .split("\n")
      .filter((line) => !line.includes("npm install"))
      .join("\n");
    const typed = [...ours.matchAll(/--([a-z-]+) "/g)].map((match) => match[1] ?? "");
    const { fields } = await CATALOG["skills audit"].load();
    const known = new Set([...fields.map(({ option }) => option), "audit-policy"]);
    expect(typed.filter((option) => !known.has(option))).toEqual([]);
    expect(typed.length).toBeGreaterThan(3);
  });
});
