/** Jobs of tests, without anything of the test runner's. */
import { createHash } from "node:crypto";
import type { CallOutcome, HostAnswers, PreparedCall, SandboxJob } from "../../src/execution/pool/index.ts";

const NO_GRANTS = { http_hosts: [], secret_keys: [], storage_prefixes: [], channels: [] };
export const QUOTAS = { fuel: 10_000_000n, memoryBytes: 64 * 1024 * 1024, wallMs: 30_000 };
export const NOBODY: HostAnswers = { handle: async () => ({ code: 76, value: 0n, bytes: new Uint8Array(0) }) };

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** A call of a module; of one artifact of its own unless it says so. */
export function jobOf(module: Uint8Array, more: Partial<SandboxJob> = {}): SandboxJob {
  return {
    skillId: "acme.test",
    toolId: "acme.test.tool",
    artifactSha256: sha256(module),
    module,
    moduleSha256: sha256(module),
    kind: "wasi",
    entrypoint: "_start",
    input: new TextEncoder().encode("{}"),
    quotas: QUOTAS,
    fuelMode: "per_byte",
    grants: NO_GRANTS,
    roots: [],
    clock: "real",
    random: "real",
    ...more,
  };
}

export const isPrepared = (answer: PreparedCall | CallOutcome): answer is PreparedCall => "run" in answer;

/** Fuel that no test's deadline waits for. */
export const ENDLESS = { ...QUOTAS, fuel: 2n ** 62n };
