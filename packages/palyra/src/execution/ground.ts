/** What an authorization rests on: how it looks from outside, and for how long it counts as it was asked (T33). */
import type { ResolvedSkill } from "./resolve.ts";

/** Milliseconds for which trust, policy, grants and approval count as they were asked. */
export const FRESH_MS = 250;

/** When all of it was asked, and how it looked right before. */
export interface Asked {
  /** Of `performance.now()`. */
  readonly at: number;
  /** Undefined: somebody could have changed it and left the same look. */
  readonly looks: string | undefined;
  /** As far as the chain had decided. */
  readonly decided: number;
}

/** How the files look that an authorization of an installed version rests on; undefined as in `Asked`. */
export type LookAtGround = (skill: Pick<ResolvedSkill, "skillId" | "version">) => string | undefined;

export const isFresh = ({ at }: Pick<Asked, "at">): boolean => performance.now() - at <= FRESH_MS;
