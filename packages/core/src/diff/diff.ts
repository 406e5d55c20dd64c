import type { VerifiedArtifact } from "../artifact/index.ts";
import type { Manifest } from "../manifest/index.ts";
import { type Change, Changes } from "./change.ts";
import { compareFiles } from "./files.ts";
import { compareContracts, compareGrants } from "./grants.ts";
import { compareIdentity, compareRest } from "./manifest.ts";
import { compareModules } from "./modules.ts";
import { comparePapers } from "./papers.ts";
import { compareToolsOf } from "./tools.ts";

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
  const list = changes.list();
  return { changes: list, widening: list.filter(({ widening }) => widening) };
}

/**
 * The changes of what a person consents to, words of tools included; those that widen need a new consent. `before` undefined: it is not
 * known what was consented to, so that all of it is new.
 */
export function diffConsent(before: Manifest | undefined, after: Manifest): ArtifactDiff {
  const changes = new Changes();
  compareConsent(changes, before, after);
  const list = changes.list();
  return { changes: list, widening: list.filter(({ widening }) => widening) };
}

function compareConsent(changes: Changes, before: Manifest | undefined, after: Manifest): void {
  compareToolsOf(changes, before, after);
  compareGrants(changes, before?.capabilities, after.capabilities);
  compareContracts(changes, before, after);
}
