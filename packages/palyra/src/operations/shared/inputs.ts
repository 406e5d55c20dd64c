/** Fields that several operations have, said once. */

import { isIdentifier, parseVersion } from "palyra-skills/manifest";
import * as v from "valibot";
import { flag, list, text } from "../field.ts";

export const skillId = text("SKILL", "The skill's id, as in palyra skills list");
export const optionalSkillId = v.optional(skillId);

const versionText = text("VERSION", "One version of it, major.minor.patch", (value) =>
  parseVersion(value) === undefined ? "is no version (major.minor.patch)" : undefined,
);
export const version = v.optional(versionText);
export const requiredVersion = versionText;

export const artifact = text("FILE", "The artifact, a .palyra-skill file");

export const trustedPublisher = v.optional(
  list("PUBLISHER=KEY", "Trust this public key (64 hex digits) for this command", trustedPublisherProblem),
  [],
);

/** Where a first use is remembered, and where it is not (T5). */
export const allowUntrusted = flag("Trust a publisher that nobody here knows, on first use: its key is remembered");
export const acceptUntrusted = flag("Accept a publisher that nobody here knows; nothing is remembered");

export const reason = v.optional(text("TEXT", "Why, for the journal"));

export interface PublisherKey {
  readonly publisher: string;
  /** 64 lower-case hex digits. */
  readonly key: string;
}

/** `PUBLISHER=KEY` in two; the key in either case. Undefined for anything else. */
export function publisherKey(value: string): PublisherKey | undefined {
  const equals = value.indexOf("=");
  const publisher = value.slice(0, Math.max(equals, 0));
  const key = value.slice(equals + 1).toLowerCase();
  return isIdentifier(publisher) && /^[0-9a-f]{64}$/.test(key) ? { publisher, key } : undefined;
}

export function publisherKeys(values: readonly string[]): PublisherKey[] {
  return values.flatMap((value) => publisherKey(value) ?? []);
}

function trustedPublisherProblem(value: string): string | undefined {
  return publisherKey(value) === undefined ? "is not PUBLISHER=KEY with a public key of 64 hex digits" : undefined;
}
