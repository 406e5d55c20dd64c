import type { Capabilities, Manifest, Quotas, WildcardOptIn } from "../manifest/index.ts";
import type { Changes } from "./change.ts";
import { Granted, type Kind } from "./cover.ts";
import { compareSets } from "./values.ts";

/** The lists of a manifest whose members are grants (spec 2.3). */
export const GRANT_LISTS = ["hosts", "vault", "read_roots", "write_roots", "devices", "nodes"] as const;
type GrantList = (typeof GRANT_LISTS)[number];

/** What is granted. `vault`: secrets, `<scope>/<key>` each. */
export interface Grants {
  readonly lists: { readonly [List in GrantList]: readonly string[] };
  readonly optIns: WildcardOptIn;
  readonly quotas: Quotas;
}

/** A write root grants no reading of what others wrote: each list for itself. No scope holds a `/` or a `*`, so a wildcard of one reaches into no other. */
const LISTS: { readonly [List in GrantList]: { readonly path: string; readonly kind: Kind } } = {
  hosts: { path: "capabilities.http_egress_allowlist", kind: "host" },
  vault: { path: "capabilities.secrets", kind: "name" },
  read_roots: { path: "capabilities.filesystem.read_roots", kind: "root" },
  write_roots: { path: "capabilities.filesystem.write_roots", kind: "root" },
  devices: { path: "capabilities.device_capabilities", kind: "name" },
  nodes: { path: "capabilities.node_capabilities", kind: "name" },
};

export const QUOTAS = ["wall_clock_timeout_ms", "fuel_budget", "max_memory_bytes"] as const satisfies readonly (keyof Quotas)[];
export const OPT_INS = [
  "filesystem",
  "http_egress",
  "secrets",
  "device",
  "node",
] as const satisfies readonly (keyof WildcardOptIn)[];

export const grantsOf = (asked: Capabilities): Grants => ({
  lists: {
    hosts: asked.http_egress_allowlist,
    vault: secretKeys(asked),
    read_roots: asked.filesystem.read_roots,
    write_roots: asked.filesystem.write_roots,
    devices: asked.device_capabilities,
    nodes: asked.node_capabilities,
  },
  optIns: asked.wildcard_opt_in,
  quotas: asked.quotas,
});

/** `before` undefined: nothing was granted. */
export function compareGrants(changes: Changes, before: Grants | undefined, after: Grants): void {
  for (const name of GRANT_LISTS) {
    const { path, kind } = LISTS[name];
    const old = before?.lists[name] ?? [];
    const granted = new Granted(kind, old);
    compareSets(changes, "capabilities", path, old, after.lists[name], (value) => !granted.covers(String(value)));
  }
  for (const kind of OPT_INS) {
    const [was, is] = [before?.optIns[kind] ?? false, after.optIns[kind]];
    changes.compared("capabilities", `capabilities.wildcard_opt_in.${kind}`, was, is, is);
  }
  // What nobody agreed to before is no more of anything.
  if (before === undefined) return;
  for (const name of QUOTAS) {
    const [was, is] = [before.quotas[name], after.quotas[name]];
    changes.compared("quotas", `capabilities.quotas.${name}`, was, is, is > was);
  }
}

function secretKeys({ secrets }: Capabilities): readonly string[] {
  return secrets.flatMap(({ scope, key_names }) => key_names.map((key) => `${scope}/${key}`));
}

/** What the skill is for the host: `policy_signal_provider` and the like (spec 2.1). Each is a place of its own among what decides. */
export function compareContracts(changes: Changes, before: readonly string[], after: readonly string[]): void {
  compareSets(changes, "operator", "operator.plugin.contracts", before, after, () => true);
}

export function contractsOf(manifest: Manifest): readonly string[] {
  return (manifest.operator.plugin.contracts ?? []).map(({ kind, version }) => `${kind}@${version}`);
}
