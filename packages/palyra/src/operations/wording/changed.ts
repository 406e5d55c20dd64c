import type { ChangedPart } from "../shared/approval-fits.ts";

/** What an approval was about, and is another now. */
export const CHANGED: { readonly [part in ChangedPart]: string } = {
  not_installed: "the skill, which is not installed",
  artifact: "the skill itself",
  grants: "what it may use",
  policies: "the policies",
};
