import type { Manifest } from "./manifest.ts";

/**
 * Spec 2.1: whether a person must look at the skill first, because a tool generated it and no review has ended. The status
 * is compared in any case of its letters, but not trimmed (T4).
 */
export function requiresReview(manifest: Manifest): boolean {
  const status = manifest.builder?.review_status.toLowerCase();
  return status !== undefined && status !== "approved" && status !== "signed";
}
