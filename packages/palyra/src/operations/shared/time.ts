import { text } from "../field.ts";

/** `2027-01-31`, `2027-01-31T09:30Z`, with seconds and thousandths or without. */
const CALENDAR = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/;

/** Milliseconds since 1970 of a day (its beginning) or a moment in UTC, or of that number itself; undefined for anything else. */
export function parseTime(value: string): number | undefined {
  if (/^\d{1,16}$/.test(value)) return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  if (!CALENDAR.test(value)) return undefined;
  const parsed = Date.parse(value);
  if (Number.isNaN(parsed)) return undefined;
  // 31 February is 3 March to some engines.
  return new Date(parsed).toISOString().startsWith(value.slice(0, 10)) ? parsed : undefined;
}

export const time = (help: string) =>
  text("WHEN", help, (value) =>
    parseTime(value) === undefined ? "is no time: 2027-01-31, 2027-01-31T09:30Z, or milliseconds since 1970" : undefined,
  );
