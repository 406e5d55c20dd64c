/** One repeatable change of the trust store; keys are 64 lower-case hex digits (spec 3.1). */
export type TrustChange =
  | { readonly do: "add"; readonly publisher: string; readonly key: string }
  /** Without a key: all keys of the publisher. */
  | { readonly do: "remove"; readonly publisher: string; readonly key?: string }
  /** Moves an existing pin: only a person does that. */
  | { readonly do: "pin"; readonly publisher: string; readonly key: string }
  | { readonly do: "unpin"; readonly publisher: string };
