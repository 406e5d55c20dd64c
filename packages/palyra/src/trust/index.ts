export type { TrustChange } from "./change.ts";
