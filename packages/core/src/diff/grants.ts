import type { Capabilities, Manifest, Quotas, WildcardOptIn } from "../manifest/index.ts";
import type { Changes } from "./change.ts";
import { Granted, type Kind } from "./cover.ts";
import { compareSets } from "./values.ts";

interface GrantList {
  readonly path: string;
  readonly kind: Kind;
  readonly of: (capabilities: Capabilities) => readonly string[];
}

/** Lists of a manifest whose members are grants (spec 2.3). A write root grants no reading of what others wrote: each list for itself. */
const LISTS: readonly GrantList[] = [
  { path: "capabilities.http_egress_allowlist", kind: "host", of: (asked) => asked.http_egress_allowlist },
  // No scope holds a `/` or a `*`, so a wildcard of one scope reaches into no other.
  { path: "capabilities.secrets", kind: "name", of: secretKeys },
  { path: "capabilities.filesystem.read_roots", kind: "root", of: (asked) => asked.filesystem.read_roots },
  { path: "capabilities.filesystem.write_roots", kind: "root", of: (asked) => asked.filesystem.write_roots },
  { path: "capabilities.device_capabilities", kind: "name", of: (asked) => asked.device_capabilities },
  { path: "capabilities.node_capabilities", kind: "name", of: (asked) => asked.node_capabilities },
];

const QUOTAS: readonly (keyof Quotas)[] = ["wall_clock_timeout_ms", "fuel_budget", "max_memory_bytes"];
const OPT_INS: readonly (keyof WildcardOptIn)[] = ["filesystem", "http_egress", "secrets", "device", "node"];

/** `before` undefined: nothing was granted. */
export function compareGrants(changes: Changes, before: Capabilities | undefined, after: Capabilities): void {
  for (const { path, kind, of } of LISTS) {
    const old = before === undefined ? [] : of(before);
    const granted = new Granted(kind, old);
    compareSets(changes, "capabilities", path, old, of(after), (value) => !granted.covers(String(value)));
  }
  for (const kind of OPT_INS) {
    const [was, is] = [before?.wildcard_opt_in[kind] ?? false, after.wildcard_opt_in[kind]];
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
export function compareContracts(changes: Changes, before: Manifest | undefined, after: Manifest): void {
  const [old, next] = [contracts(before), contracts(after)];
  compareSets(changes, "operator", "operator.plugin.contracts", old, next, () => true);
}

function contracts(manifest: Manifest | undefined): readonly string[] {
  return (manifest?.operator.plugin.contracts ?? []).map(({ kind, version }) => `${kind}@${version}`);
}
