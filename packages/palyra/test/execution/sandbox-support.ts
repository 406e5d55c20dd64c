import { createHash } from "node:crypto";
import { afterAll } from "vitest";
import { command, echo, READ, spin, write } from "../../../../testing/forge/command.ts";
import {
  type CallOutcome,
  type HostAnswers,
  openSandboxPool,
  type PoolOptions,
  type PreparedCall,
  type PrepareOptions,
  type SandboxJob,
  type SandboxPool,
} from "../../src/execution/index.ts";

export const NO_GRANTS = { http_hosts: [], secret_keys: [], storage_prefixes: [], channels: [] };
export const QUOTAS = { fuel: 10_000_000n, memoryBytes: 64 * 1024 * 1024, wallMs: 30_000 };
export const NOBODY: HostAnswers = { handle: async () => ({ code: 76, value: 0n, bytes: new Uint8Array(0) }) };

/** A pool that is closed when the tests of the file are over. */
export function usePool(program: string, options: Partial<PoolOptions> = {}): () => SandboxPool {
  let pool: SandboxPool | undefined;
  afterAll(() => pool?.close());
  return () => {
    pool ??= openSandboxPool({ program, ...options });
    return pool;
  };
}

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

export async function call(
  pool: SandboxPool,
  job: SandboxJob,
  options: Partial<PrepareOptions> = {},
  answers: HostAnswers = NOBODY,
): Promise<CallOutcome> {
  const prepared = await pool.prepare(job, answers, { signal: new AbortController().signal, ...options });
  return isPrepared(prepared) ? prepared.run() : prepared;
}

export const isPrepared = (answer: PreparedCall | CallOutcome): answer is PreparedCall => "run" in answer;

/** Fuel that no test's deadline waits for. */
export const ENDLESS = { ...QUOTAS, fuel: 2n ** 62n };
export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export { command, echo, READ, spin, write };
