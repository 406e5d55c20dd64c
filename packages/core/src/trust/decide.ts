/** How the key of an artifact came to be trusted (spec 3.2). */
export type TrustDecision = "allowlisted" | "tofu_pinned" | "tofu_newly_pinned";
