import { encodeUtf8 } from "../encoding/index.ts";
import { host, nameOrWildcard, root, SCOPE } from "./checks.ts";
import type { Fields } from "./fields.ts";
import type { Capabilities, Quotas, SecretRequest, WildcardOptIn } from "./manifest.ts";

/** Spec 2.1, `[capabilities.quotas]`: what a skill gets that does not say. Milliseconds, units of fuel, bytes. */
export const DEFAULT_QUOTAS: Quotas = {
  wall_clock_timeout_ms: 30_000n,
  fuel_budget: 10_000_000n,
  max_memory_bytes: 67_108_864n,
};
/** One page of WebAssembly memory. */
const MIN_MEMORY_BYTES = 65_536n;

/**
 * Bytes of all that a manifest asks for, as JSON has it, each secret with its scope, and so many more for each: a long scope before many short keys is
 * gigabytes to whoever lists them (T17), and a receipt, which names them all, is to be read by whoever gets it.
 */
export const MAX_ASKED_BYTES = 1024 * 1024;
const BYTES_EACH = 18;

/** Spec 2.1 and 2.3. */
export function readCapabilities(fields: Fields): Capabilities {
  const capabilities = readAll(fields);
  const asked = askedBytes(capabilities);
  if (asked > MAX_ASKED_BYTES && fields.table !== undefined)
    fields.faults.value(fields.table, { problem: `${asked} bytes of names`, allowed: `at most ${MAX_ASKED_BYTES}` });
  return capabilities;
}

function askedBytes({ filesystem, secrets, ...lists }: Capabilities): number {
  const { http_egress_allowlist, device_capabilities, node_capabilities } = lists;
  const names = [filesystem.read_roots, filesystem.write_roots, http_egress_allowlist, device_capabilities, node_capabilities];
  const all = [
    ...names.map((list) => ({ before: 0, list })),
    ...secrets.map(({ scope, key_names }) => ({ before: jsonBytes(scope), list: key_names })),
  ];
  const bytesOf = (list: readonly string[], before: number): number =>
    list.reduce((sum, name) => sum + before + jsonBytes(name) + BYTES_EACH, 0);
  return all.reduce((sum, { before, list }) => sum + bytesOf(list, before), 0);
}

const jsonBytes = (text: string): number => encodeUtf8(JSON.stringify(text)).length;

function readAll(fields: Fields): Capabilities {
  const wildcard_opt_in = fields.defaulted("wildcard_opt_in", readWildcards);
  return {
    filesystem: fields.defaulted("filesystem", (filesystem) => ({
      read_roots: filesystem.texts("read_roots", root(wildcard_opt_in.filesystem)),
      write_roots: filesystem.texts("write_roots", root(wildcard_opt_in.filesystem)),
    })),
    http_egress_allowlist: fields.texts("http_egress_allowlist", host(wildcard_opt_in.http_egress)),
    secrets: fields.tables("secrets", (secret) => readSecret(secret, wildcard_opt_in.secrets)),
    device_capabilities: fields.texts("device_capabilities", nameOrWildcard("device", wildcard_opt_in.device)),
    node_capabilities: fields.texts("node_capabilities", nameOrWildcard("node", wildcard_opt_in.node)),
    quotas: fields.defaulted("quotas", readQuotas),
    wildcard_opt_in,
  };
}

function readSecret(fields: Fields, optedIn: boolean): SecretRequest {
  const scope = fields.text("scope", SCOPE);
  const key_names = fields.texts("key_names", nameOrWildcard("secrets", optedIn));
  const node = fields.node("key_names");
  const complaint = { problem: "no secret keys", allowed: "at least one" };
  if (node?.kind === "array" && node.items.length === 0) fields.faults.value(node, complaint);
  else if (node === undefined && fields.table !== undefined) fields.faults.value(fields.table, complaint);
  return { scope, key_names };
}

const readQuotas = (fields: Fields): Quotas => ({
  wall_clock_timeout_ms: fields.u64("wall_clock_timeout_ms", DEFAULT_QUOTAS.wall_clock_timeout_ms, 1n),
  fuel_budget: fields.u64("fuel_budget", DEFAULT_QUOTAS.fuel_budget, 1n),
  max_memory_bytes: fields.u64("max_memory_bytes", DEFAULT_QUOTAS.max_memory_bytes, MIN_MEMORY_BYTES),
});

const readWildcards = (fields: Fields): WildcardOptIn => ({
  filesystem: fields.flag("filesystem", false),
  http_egress: fields.flag("http_egress", false),
  secrets: fields.flag("secrets", false),
  device: fields.flag("device", false),
  node: fields.flag("node", false),
});
