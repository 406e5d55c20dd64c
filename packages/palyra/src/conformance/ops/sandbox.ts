/** How one run of a module ends, with nothing of this host's: op sandbox. */

import type { CapabilityGrants } from "palyra-skills/capability";
import type { Fields, JsonReader } from "palyra-skills/encoding";
import { DEFAULT_QUOTAS } from "palyra-skills/manifest";
import { PalyraError } from "../../errors.ts";
import { runTrial, type SandboxPool } from "../../execution/index.ts";
import { base64, type Op, optionalOf, toBase64, toJson } from "../protocol.ts";
import { bytesOf } from "./inputs.ts";

/** Milliseconds that this op lets anything run, whatever is asked for: the next line waits. */
const MAX_WALL_MS = 600_000;

export const sandboxOp = (pool: (() => SandboxPool) | undefined): Op => ({
  read(request) {
    const load = bytesOf(request);
    const input = optionalOf(request, "stdin", base64) ?? new Uint8Array(0);
    const grants = optionalOf(request, "grants", (at) => grantsOf(at.object()));
    const quotas = quotasOf(optionalOf(request, "quotas", (at) => at.object()));
    const fuelMode = optionalOf(request, "mode", (at) => at.oneOf(["per_byte", "flat"])) ?? "per_byte";
    return async () => {
      if (pool === undefined) throw new PalyraError("SandboxUnavailable", { problem: "none was set up here" });
      const trial = { module: await load(), input, quotas, fuelMode, ...(grants === undefined ? {} : { grants }) };
      const { signal } = new AbortController();
      const { kind, details, stdout, log, exitCode, used, allowed } = await runTrial(pool(), trial, { signal });
      return {
        outcome: kind,
        details,
        stdout: toBase64(stdout),
        exit_code: exitCode ?? null,
        log,
        used: toJson({ fuel: used.fuel, memory_bytes: used.memoryBytes, wall_ms: used.wallMs, output_bytes: used.outputBytes }),
        allowed: toJson({ fuel: allowed.fuel, memory_bytes: allowed.memoryBytes, wall_ms: allowed.wallMs }),
      };
    };
  },
});

function grantsOf(fields: Fields): CapabilityGrants {
  const names = (name: string): string[] =>
    [...new Set(optionalOf(fields, name, (at) => at.array((each: JsonReader) => each.string())) ?? [])].sort();
  return {
    http_hosts: names("http_hosts"),
    secret_keys: names("secret_keys"),
    storage_prefixes: names("storage_prefixes"),
    channels: names("channels"),
  };
}

/** Spec 2.1 names them, and they may be any u64; what is absent is as for a manifest that does not say. */
function quotasOf(fields: Fields | undefined) {
  const number = (name: keyof typeof DEFAULT_QUOTAS): bigint =>
    (fields && optionalOf(fields, name, (at) => at.integer({ min: 1n, max: 2n ** 64n - 1n }))) ?? DEFAULT_QUOTAS[name];
  return {
    fuel: number("fuel_budget"),
    memoryBytes: Math.min(Number(number("max_memory_bytes")), Number.MAX_SAFE_INTEGER),
    wallMs: Math.min(Number(number("wall_clock_timeout_ms")), MAX_WALL_MS),
  };
}
