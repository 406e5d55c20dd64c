/**
 * What the compiled schemas (`generated/`) call: formats, and the two places where a stranger's document could make them
 * slow or large. They run on what has no signature that counts yet, so all of it is linear in the document.
 */

import type { JsonValue } from "../../encoding/index.ts";

/** A fault as ajv's code makes it. */
export interface SchemaError {
  /** JSON pointer (RFC 6901). */
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A compiled schema. */
export interface Validator {
  (document: JsonValue): boolean;
  errors?: readonly SchemaError[] | null;
}

export type MakeValidator = (tools: ValidationTools) => Validator;

export interface ValidationTools {
  readonly formats: Readonly<Record<string, (text: string) => boolean>>;
  /** Whether a value is one of an enumeration, all of which are of strings. */
  readonly isListed: (list: readonly string[], value: unknown) => boolean;
  readonly joined: (errors: SchemaError[], more: readonly SchemaError[]) => SchemaError[];
  readonly kept: (errors: SchemaError[], error: SchemaError) => void;
  readonly lengthOf: (text: string) => number;
  readonly repeatedItem: (items: readonly unknown[]) => number | undefined;
}

/** What they remember of one document is gone once `forget` has been called. */
export function validationTools(): ValidationTools & { readonly forget: () => void } {
  let identities = new Identities();
  const lists = new Map<readonly string[], ReadonlySet<unknown>>();
  return {
    formats,
    isListed: (list, value) => {
      let known = lists.get(list);
      if (known === undefined) {
        known = new Set(list);
        lists.set(list, known);
      }
      return known.has(value);
    },
    joined,
    kept,
    lengthOf,
    repeatedItem: (items) => repeatedItem(items, identities),
    forget: () => {
      identities = new Identities();
    },
  };
}

/** Faults that are kept at a time; with more than these nothing more is looked at. A document could hold a million. */
const MAX_SCHEMA_ERRORS = 2048;

export class TooManySchemaErrors extends Error {
  readonly errors: readonly SchemaError[];
  constructor(errors: readonly SchemaError[]) {
    super("too many faults");
    this.errors = errors;
  }
}

function kept(errors: SchemaError[], error: SchemaError): void {
  if (errors.length >= MAX_SCHEMA_ERRORS) throw new TooManySchemaErrors(errors);
  errors.push(error);
}

/** In place: a list copied for each item that has a fault would cost the square of their number. */
function joined(errors: SchemaError[], more: readonly SchemaError[]): SchemaError[] {
  for (const error of more) kept(errors, error);
  return errors;
}

/** Characters (code points), as JSON Schema counts them. */
function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

/** One number for each value that has been seen, the same for equal ones: what makes a comparison of all items linear. */
class Identities {
  readonly #ofText = new Map<string, number>();
  readonly #ofContainer = new WeakMap<object, number>();

  of(value: unknown): number {
    if (typeof value !== "object" || value === null) return this.#intern(`${typeof value}:${String(value)}`);
    const known = this.#ofContainer.get(value);
    if (known !== undefined) return known;
    const id = this.#intern(Array.isArray(value) ? this.#list(value) : this.#members(value));
    this.#ofContainer.set(value, id);
    return id;
  }

  #list(items: readonly unknown[]): string {
    return `[${items.map((item) => this.of(item)).join()}`;
  }

  #members(value: object): string {
    const members = Object.entries(value).map(([key, member]) => [this.#intern(`k:${key}`), this.of(member)] as const);
    return `{${members.toSorted(([a], [b]) => a - b).join()}`;
  }

  #intern(text: string): number {
    const known = this.#ofText.get(text);
    if (known !== undefined) return known;
    this.#ofText.set(text, this.#ofText.size);
    return this.#ofText.size - 1;
  }
}

/** Index of the first item that is equal to one before it (`uniqueItems`). */
function repeatedItem(items: readonly unknown[], identities: Identities): number | undefined {
  if (items.length < 2) return undefined;
  const firsts = new Map<unknown, number>();
  const compared = new Set<number>();
  for (const [index, item] of items.entries()) {
    const mark = markOf(item);
    const first = firsts.get(mark);
    if (first === undefined) {
      firsts.set(mark, index);
      continue;
    }
    // Only what looks the same is looked at as a whole.
    compared.add(identities.of(items[first]));
    const size = compared.size;
    if (compared.add(identities.of(item)).size === size) return index;
  }
  return undefined;
}

/** What things of CycloneDX are mostly told apart by. Equal items have equal marks, whatever the order of their members. */
function markOf(item: unknown): unknown {
  if (Array.isArray(item)) return "a list";
  if (!isRecord(item)) return item;
  return `${text(item["bom-ref"])} ${text(item["ref"])} ${text(item["name"])} ${text(item["version"])} ${text(item["url"])}`;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:z|[+-](\d\d):?(\d\d))$/i;
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
/** RFC 3987: what no reference may hold, and a percent sign that begins no byte. */
const NOT_IN_IRI = /[\u0000-\u0020"<>\\^`{|}\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]|%(?![0-9a-f]{2})/i;
const ADDRESS = /^[^\s@"<>\\()[\],;:]+@[^\s@"<>\\()[\],;:]+$/;

/** The formats that CycloneDX's schemas name. */
const formats: ValidationTools["formats"] = {
  date: isDate,
  "date-time": isDateTime,
  "idn-email": (text) => ADDRESS.test(text) && !/^\.|\.\.|\.@|@\.|\.$/.test(text),
  "iri-reference": (text) => !NOT_IN_IRI.test(text),
  uri: (text) => SCHEME.test(text) && !NOT_IN_IRI.test(text) && /^[\u0021-\u007e]*$/.test(text),
};

function isDate(text: string): boolean {
  const [, year, month, day] = (DATE.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= days;
}

/** RFC 3339, leap seconds included. */
function isDateTime(text: string): boolean {
  const time = TIME.exec(text.slice(11));
  if (time === null || !/[t ]/i.test(text.charAt(10)) || !isDate(text.slice(0, 10))) return false;
  const [hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] = time.slice(1).map((part) => Number(part ?? 0));
  return hour <= 23 && minute <= 59 && second <= 60 && zoneHour <= 23 && zoneMinute <= 59;
}
