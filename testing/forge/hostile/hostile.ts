/** Modules that mean harm, each with how it must end (spec 10.1): a kind, and what its details say. */
export interface Hostile {
  readonly name: string;
  readonly module: () => Promise<Uint8Array>;
  /** Kinds, of which it must be one: how far an engine comes before a limit is its own affair. */
  readonly kinds: readonly string[];
  readonly details?: object;
  readonly quotas?: { readonly fuel?: bigint; readonly memoryBytes?: number; readonly wallMs?: number };
  readonly job?: {
    readonly input?: Uint8Array;
    readonly inputSchema?: string;
    readonly outputSchema?: string;
    readonly entrypoint?: string;
    readonly kind?: "palyra";
  };
}

/** More than a deadline waits for. */
export const ENDLESS_FUEL = 2n ** 62n;
/** Milliseconds: a fifth more is what a loaded machine may take for a timer. */
export const SHORT_MS = 1500;

export const outOfFuel = { kinds: ["QuotaExceeded"], details: { quota: "fuel_budget" } } as const;
export const outOfTime = {
  kinds: ["TimedOut"],
  details: { quota: "wall_clock_timeout_ms" },
  quotas: { fuel: ENDLESS_FUEL, wallMs: SHORT_MS },
} as const;
export const trap = (name: string) => ({ kinds: ["RuntimeFailure"], details: { fault: "trap", trap: name } }) as const;
export const invalid = (fault: string, more: object = {}) => ({ kinds: ["InvalidInput"], details: { fault, ...more } }) as const;
