import type { VerifiedArtifact } from "../artifact/index.ts";
import type { Manifest } from "../manifest/index.ts";
import type { Platform } from "../platform/index.ts";
import { type Change, Changes } from "./change.ts";
import { type Consented, compareConsentedTools } from "./consented.ts";
import { compareFiles } from "./files.ts";
import { compareContracts, compareGrants, contractsOf, grantsOf } from "./grants.ts";
import { compareIdentity, compareRest } from "./manifest.ts";
import { compareModules } from "./modules.ts";
import { comparePapers } from "./papers.ts";
import { compareTools } from "./tools.ts";

/** What changed, and of that what needs a new consent (spec 4.4). */
export interface ArtifactDiff {
  readonly changes: readonly Change[];
  readonly widening: readonly Change[];
}

/** What is another in `next` than in `old`. Time and answer are linear in the two, whatever they hold. */
export function diffArtifacts(old: VerifiedArtifact, next: VerifiedArtifact): ArtifactDiff {
  const changes = new Changes();
  compareIdentity(changes, old, next);
  compareConsent(changes, old.manifest, next.manifest);
  compareRest(changes, old.manifest, next.manifest);
  compareModules(changes, old, next);
  compareFiles(changes, old, next);
  comparePapers(changes, old, next);
  return diffOf(changes);
}

/**
 * The changes of what a person consents to, words of tools included; those that widen need a new consent. `before` undefined: it is not
 * known what was consented to, so that all of it is new.
 */
export function diffConsent(before: Manifest | undefined, after: Manifest): ArtifactDiff {
  const changes = new Changes();
  compareConsent(changes, before, after);
  return diffOf(changes);
}

/** The same where all that is known of what was consented to is what was kept of it. */
export function diffConsented(before: Consented, after: Manifest, platform: Pick<Platform, "sha256">): ArtifactDiff {
  const changes = new Changes();
  compareConsentedTools(changes, before.tools, after.entrypoints.tools, platform);
  compareGrants(changes, before.grants, grantsOf(after.capabilities));
  compareContracts(changes, before.contracts, contractsOf(after));
  return diffOf(changes);
}

function compareConsent(changes: Changes, before: Manifest | undefined, after: Manifest): void {
  compareTools(changes, before?.entrypoints.tools ?? [], after.entrypoints.tools);
  compareGrants(changes, before && grantsOf(before.capabilities), grantsOf(after.capabilities));
  compareContracts(changes, before === undefined ? [] : contractsOf(before), contractsOf(after));
}

function diffOf(changes: Changes): ArtifactDiff {
  const list = changes.list();
  return { changes: list, widening: list.filter(({ widening }) => widening) };
}
