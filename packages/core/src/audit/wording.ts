import type { JsonObject } from "../encoding/index.ts";

/**
 * Pieces of the messages that rules write. Strings of strangers stay raw in a report (they are escaped where they are
 * shown, T20), but they are not let grow: a module may hold names of 100 000 bytes, and a million of them.
 */

/** Characters (code points) of a stranger's string that a message or a detail holds. */
export const MAX_QUOTED_CHARACTERS = 200;
/** Findings of one check that its details list; `count` there tells how many there are. */
export const MAX_LISTED_FINDINGS = 50;
/**
 * Names of a manifest's list that details give: all of any list that a person wrote. A manifest may have a million, and a
 * report of them all could not be kept with what was decided by it.
 */
const MAX_LISTED_NAMES = 1000;
/** Findings that the message itself names. */
const MAX_NAMED = 3;

/** A stranger's string, cut where it is long, never inside a character. */
export function shortened(text: string): string {
  if (text.length <= MAX_QUOTED_CHARACTERS) return text;
  const characters = Array.from(text.slice(0, 2 * MAX_QUOTED_CHARACTERS));
  if (text.length <= 2 * MAX_QUOTED_CHARACTERS && characters.length <= MAX_QUOTED_CHARACTERS) return text;
  return `${characters.slice(0, MAX_QUOTED_CHARACTERS).join("")}…`;
}

export const quoted = (text: string): string => `\`${shortened(text)}\``;

/** Lists for details: of one that is cut, `<name>_count` tells how many names it has. */
export function listed(lists: { readonly [name: string]: readonly string[] }): JsonObject {
  const details: { [name: string]: readonly string[] | number } = {};
  for (const [name, names] of Object.entries(lists)) {
    details[name] = names.slice(0, MAX_LISTED_NAMES);
    if (names.length > MAX_LISTED_NAMES) details[`${name}_count`] = names.length;
  }
  return details;
}

/** `1 import`, `2 imports`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const UNITS = ["KiB", "MiB", "GiB", "TiB"] as const;

/** `300 bytes`, `4194304 bytes (4 MiB)`: exact, and as a person reads it. */
export function inBytes(size: number | bigint): string {
  let value = Number(size);
  let unit = "";
  for (const next of UNITS) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return unit === "" ? `${size} bytes` : `${size} bytes (${Number(value.toFixed(1))} ${unit})`;
}

/** The first few in words, and how many more there are. */
export function named<T>(items: readonly T[], inWords: (item: T) => string, separator = "; "): string {
  const first = items.slice(0, MAX_NAMED).map(inWords).join(separator);
  return items.length > MAX_NAMED ? `${first}${separator}and ${items.length - MAX_NAMED} more` : first;
}

/** The first few messages of findings, each a sentence. */
export const messagesOf = (found: readonly { readonly message: string }[]): string => named(found, ({ message }) => message, " ");
