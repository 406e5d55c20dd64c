/** What changed from one artifact to another, and what of it needs a new consent (spec 4.4). */
export { AREAS, type Area, type Change, MAX_LISTED_CHANGES } from "./change.ts";
export { type Consented, consentedJson, consentedOf, readConsented } from "./consented.ts";
export { type ArtifactDiff, diffArtifacts, diffConsent, diffConsented } from "./diff.ts";
export { isModelText } from "./tools.ts";
export { diffWords, type Segment } from "./words.ts";
