/** A run of the command that was refused, from its process to what the operator reads (spec 10.4). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { useRuns } from "./run-support.ts";

const { install, run, palyra, lastOf } = useRuns();
const FETCH = readFileSync(join(repositoryRoot, "examples/fetch-rust/fetch.wasm"));
const quotas = "wall_clock_timeout_ms = 30000\nfuel_budget = 50000000\nmax_memory_bytes = 16777216";
const fetching = (input: object) =>
  run({ tool: "acme.fetch", input: new TextEncoder().encode(JSON.stringify(input)) }, { ask: async () => "once" as const });

describe("what a run was refused", () => {
  it("is in its outcome and in the journal: the place, why, and a secret that is not there", async () => {
    const extra =
      '[[capabilities.secrets]]\nscope = "skill:acme.fetch"\nkey_names = ["token"]\n[capabilities]\nhttp_egress_allowlist = ["api.example.com"]\n[capabilities.filesystem]\nread_roots = ["pages"]\nwrite_roots = ["pages"]';
    await install({ id: "acme.fetch", tools: ["acme.fetch"], module: FETCH, quotas, extra });
    await palyra("skills", "grant", "add", "acme.fetch", "--origin", "http://localhost:9");
    const refused = await fetching({ url: "http://localhost:9/a", name: "a" });
    const told = { operation: "http_head", name: "http://localhost:9", reason: "private_address" };
    expect(refused.outcome).toMatchObject({ kind: "CapabilityDenied", details: told, log: "the host does not grant that\n" });
    expect(await lastOf("skill.finished")).toMatchObject({ details: told });
    const bearer = ["--bearer", "skill:acme.fetch/token@http://localhost:9"];
    expect((await palyra("skills", "grant", "add", "acme.fetch", ...bearer)).exit).toBe(0);
    const bare = await fetching({ url: "http://localhost:9/a", name: "a", token: "skill:acme.fetch/token" });
    const lacking = { secret_ref: "skill:acme.fetch/token", secret_problem: "missing" };
    expect(bare.outcome).toMatchObject({ kind: "RuntimeFailure", details: { fault: "exit", ...lacking } });
    expect(await lastOf("skill.finished")).toMatchObject({ details: lacking });
  });
});
