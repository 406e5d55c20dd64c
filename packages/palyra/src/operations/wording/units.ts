/** Numbers as a person reads them. */

/** `1 skill`, `2 skills`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${grouped(number)} ${number === 1 ? singular : plural}`;
}

/** `12,345`. The language's own way loads all of its locales, which takes longer than most commands. */
export function grouped(number: number | bigint): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `340 B`, `12.3 KiB`, `8.0 MiB`. */
export function size(bytes: number | bigint): string {
  const value = Number(bytes);
  if (value < 1024) return `${value} B`;
  return value < 1024 * 1024 ? `${(value / 1024).toFixed(1)} KiB` : `${(value / 1024 / 1024).toFixed(1)} MiB`;
}

/** `34 of 100`; `103, over its budget of 100`: a budget is over once a charge is more than what is left of it. Null: nobody knows. */
export function spentOf<Amount extends number | bigint>(
  used: Amount | null,
  allowed: Amount,
  told: (amount: Amount) => string,
): string {
  if (used === null) return `unknown, of ${told(allowed)}`;
  return used > allowed ? `${told(used)}, over its budget of ${told(allowed)}` : `${told(used)} of ${told(allowed)}`;
}

/** `2026-01-31 09:30:12Z`; the number as it is where no calendar has that day. */
export function moment(unixMs: number | bigint): string {
  const date = new Date(Number(unixMs));
  return Number.isNaN(date.getTime()) ? String(unixMs) : `${date.toISOString().slice(0, 19).replace("T", " ")}Z`;
}

/** How many faults a document has, for a sentence. */
export const faultCount = (list: readonly unknown[]): string => (list.length === 1 ? "one fault" : `${list.length} faults`);
