/**
 * The one way to keep what was made of files for a process that is asked for it again and again (T1, T2, T26, T33): it counts for as long as
 * they look from outside as they did before they were read. Every time that it is asked for, they are looked at.
 */
import { type BigIntStats, statSync } from "node:fs";
import { markOf } from "./mark.ts";

export class Kept<Value> {
  #kept: { readonly looks: string; readonly value: Value } | undefined;

  /** What was made before, where `files` look as they did then and `rest` is the same text; else what is made now. A promise that fails is not kept. */
  get(files: readonly string[], rest: string, make: () => Value): Value {
    const { text, isSettled } = lookAt(files);
    const looks = `${text}\n${rest}`;
    if (this.#kept?.looks === looks) return this.#kept.value;
    this.#kept = undefined;
    const value = make();
    // What was read is what was looked at only where it still looks so, once it is read.
    const isSame = (): boolean => lookAt(files).text === text;
    if (!isSettled || !isSame()) return value;
    const kept = { looks, value };
    this.#kept = kept;
    const forget = (): void => {
      if (this.#kept === kept) this.#kept = undefined;
    };
    if (value instanceof Promise) value.then(() => isSame() || forget(), forget);
    return value;
  }
}

/** How some files look from outside; undefined: somebody could change one now and leave the same look. */
export function looksOf(files: readonly string[]): string | undefined {
  const { text, isSettled } = lookAt(files);
  return isSettled ? text : undefined;
}

/** How some files look, those that are not there included; `isSettled`: whoever changes one from now on leaves another look. */
function lookAt(files: readonly string[]): { readonly text: string; readonly isSettled: boolean } {
  let text = "";
  let isSettled = true;
  for (const file of files) {
    const found = statOf(file);
    text += `${file} ${typeof found === "object" ? markOf(found) : found}\n`;
    isSettled &&= typeof found === "object" ? isOld(found) : found === "none";
  }
  return { text, isSettled };
}

/** What cannot be looked at is not known to be the same: whoever reads it says why. */
function statOf(file: string): BigIntStats | "none" | "unknown" {
  try {
    return statSync(file, { bigint: true, throwIfNoEntry: false }) ?? "none";
  } catch {
    return "unknown";
  }
}

/** Milliseconds of a clock that times files are taken from: a tick of the kernel, four or ten; where they are whole seconds, FAT's two. */
const TICK_MS = 25n;
const COARSE_TICK_MS = 2100n;
const SECOND_NS = 1_000_000_000n;
const MS_NS = 1_000_000n;

/** Written longer ago than a tick: another change within it would have the same time. */
function isOld({ mtimeNs, ctimeNs }: BigIntStats): boolean {
  const isCoarse = mtimeNs % SECOND_NS === 0n || ctimeNs % SECOND_NS === 0n;
  const last = mtimeNs > ctimeNs ? mtimeNs : ctimeNs;
  return BigInt(Date.now()) - last / MS_NS > (isCoarse ? COARSE_TICK_MS : TICK_MS);
}
