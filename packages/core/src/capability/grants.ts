/** Spec 2.5: what a manifest asks for, each list sorted and unique. */
export interface CapabilityGrants {
  readonly http_hosts: readonly string[];
  readonly secret_keys: readonly string[];
  readonly storage_prefixes: readonly string[];
  readonly channels: readonly string[];
}

/** Spec 2.5: one thing that policy is asked for. */
export interface PolicyBinding {
  readonly action: string;
  readonly resource: string;
  readonly requires_approval: boolean;
}
