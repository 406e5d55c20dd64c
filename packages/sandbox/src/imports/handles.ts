/** `palyra:plugins/host-capabilities@0.1.0`: how many things of a kind are granted, and the handle of each, as in Palyra (spec 10.4). */
import type { CapabilityGrants } from "palyra-skills/capability";
import type { HostImports } from "../wasi/index.ts";

/** A handle is this plus the index in the sorted list of what is granted. */
const BASES = { http: 10_000, secret: 20_000, storage: 30_000, channel: 40_000 } as const;
const OUT_OF_RANGE = -1;

export function handleImports(grants: CapabilityGrants): HostImports {
  const counts = {
    http: grants.http_hosts.length,
    secret: grants.secret_keys.length,
    storage: grants.storage_prefixes.length,
    channel: grants.channels.length,
  };
  return {
    ...handles("http", BASES.http, counts.http),
    ...handles("secret", BASES.secret, counts.secret),
    ...handles("storage", BASES.storage, counts.storage),
    ...handles("channel", BASES.channel, counts.channel),
  };
}

const handles = (kind: string, base: number, count: number): HostImports => ({
  [`${kind}-count`]: () => count,
  [`${kind}-handle`]: (index: number) => (index >= 0 && index < count ? base + index : OUT_OF_RANGE),
});
