import { afterAll } from "vitest";
import { command, echo, READ, spin, write } from "../../../../testing/forge/command.ts";
import {
  type CallOutcome,
  type HostAnswers,
  openSandboxPool,
  type PoolOptions,
  type PrepareOptions,
  type SandboxJob,
  type SandboxPool,
} from "../../src/execution/index.ts";
import { isPrepared, NOBODY } from "./sandbox-jobs.ts";

/** A pool that is closed when the tests of the file are over. */
export function usePool(program: string, options: Partial<PoolOptions> = {}): () => SandboxPool {
  let pool: SandboxPool | undefined;
  afterAll(() => pool?.close());
  return () => {
    pool ??= openSandboxPool({ program, ...options });
    return pool;
  };
}

export async function call(
  pool: SandboxPool,
  job: SandboxJob,
  options: Partial<PrepareOptions> = {},
  answers: HostAnswers = NOBODY,
): Promise<CallOutcome> {
  const prepared = await pool.prepare(job, { signal: new AbortController().signal, ...options });
  return isPrepared(prepared) ? prepared.run(answers) : prepared;
}

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export { ENDLESS, isPrepared, jobOf, NOBODY, QUOTAS } from "./sandbox-jobs.ts";
export { command, echo, READ, spin, write };
