/**
 * An index of a feed: records by the keys of their packages, so that a look-up reads what is asked for and no more.
 *
 *     palyra-osv-index 1 LF
 *     <facts, JSON, one line> LF
 *     <check of the two lines, 64 hex digits> LF
 *     directory: of each bucket, offset (6 bytes) and length (4 bytes) of its block, little-endian
 *     blocks: 16 bytes of the check of (the digest above, the bucket's number, the lines), then lines `<key, JSON> TAB <record, JSON> LF`
 *
 * There is a block for each bucket, empty or not, and each is checked when it is read: no damage makes what is known of a package look as if
 * nothing were. That is why it is no SQLite file, in which a search that is led astray finds no row.
 *
 * The check is HMAC-SHA-256 under a key of the vault where something is decided by what is found: whoever can write the cache could else
 * leave out what is known of a package (T16, T32). Elsewhere it is SHA-256, against damage alone.
 */
import type { Hash, Hmac, KeyObject } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { decodeUtf8, readJson, writeJson } from "palyra-skills/encoding";
import { type LookUp, type OsvAffected, type OsvRecord, readOsvRecord } from "palyra-skills/supplychain";
import { asIo } from "../../files/index.ts";

const crypto = () => process.getBuiltinModule("node:crypto");

const checking = (key: KeyObject | undefined): Hash | Hmac =>
  key === undefined ? crypto().createHash("sha256") : crypto().createHmac("sha256", key);

const MAGIC = "palyra-osv-index 1";
export const ENTRY_BYTES = 10;
export const CHECK_BYTES = 16;
/** Bytes of the head: its lines hold numbers and a path. */
const MAX_HEAD_BYTES = 64 * 1024;

/** What an index knows of its feed as a whole. */
export interface IndexFacts {
  /** How the feed looked when it was read (`sourceMark`): another look, another index. */
  readonly mark: string;
  /** Of the feed's bytes; 64 hex digits. */
  readonly sha256: string;
  readonly records: number;
  readonly withdrawn: number;
  readonly refused: number;
  /** Files and entries that are named like no record. */
  readonly passedOver: number;
  /** Names of the first of those that were refused, with what is wrong. */
  readonly refusals: readonly string[];
  /** Milliseconds since 1970. */
  readonly newest?: number;
  readonly buckets: number;
}

/** The first part of the file. */
export function indexHead(facts: IndexFacts, key?: KeyObject): { readonly bytes: Uint8Array; readonly digest: string } {
  const lines = `${MAGIC}\n${writeJson({ ...facts })}\n`;
  const digest = checking(key).update(lines).digest("hex");
  return { bytes: Buffer.from(`${lines}${digest}\n`), digest };
}

export function bucketOf(key: string, buckets: number): number {
  return crypto().createHash("sha256").update(key).digest().readUInt32LE(0) % buckets;
}

export function blockCheck(digest: string, bucket: number, lines: Uint8Array, key?: KeyObject): Uint8Array {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(bucket);
  return checking(key).update(digest).update(head).update(lines).digest().subarray(0, CHECK_BYTES);
}

export function blockLine(key: string, record: string): string {
  return `${JSON.stringify(key)}\t${record}\n`;
}

/** An index that is open. */
export interface OpenIndex {
  readonly facts: IndexFacts;
  readonly lookUp: LookUp;
  readonly close: () => void;
}

/** Undefined: there is none, or none that is whole and checked with that key. `Io` where it cannot be read. */
export function openIndex(file: string, key?: KeyObject): OpenIndex | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch {
    return undefined;
  }
  try {
    const head = readHead(descriptor, key);
    if (head !== undefined) return indexOf(descriptor, head, file);
  } catch (error) {
    closeSync(descriptor);
    throw asIo("read", file, error);
  }
  closeSync(descriptor);
  return undefined;
}

interface Head {
  readonly facts: IndexFacts;
  readonly digest: string;
  readonly directory: number;
  readonly key: KeyObject | undefined;
}

function readHead(descriptor: number, key: KeyObject | undefined): Head | undefined {
  const start = Buffer.alloc(MAX_HEAD_BYTES);
  const text = start.toString("latin1", 0, readSync(descriptor, start, 0, start.length, 0));
  const [magic = "", facts = "", digest = ""] = text.split("\n", 3);
  const directory = magic.length + facts.length + digest.length + 3;
  const check = checking(key)
    .update(Buffer.from(`${magic}\n${facts}\n`, "latin1"))
    .digest("hex");
  if (magic !== MAGIC || !isSame(check, digest)) return undefined;
  const read = readFacts(Buffer.from(facts, "latin1"));
  return read === undefined ? undefined : { facts: read, digest, directory, key };
}

const isSame = (a: string, b: string): boolean =>
  a.length === b.length && crypto().timingSafeEqual(Buffer.from(a, "latin1"), Buffer.from(b, "latin1"));

function readFacts(bytes: Uint8Array): IndexFacts | undefined {
  const result = readJson(bytes, (root) => {
    const fields = root.object();
    const count = (name: string): number => fields.required(name).safeInteger({ min: 0 });
    const newest = fields.optional("newest", (value) => value.safeInteger());
    return {
      mark: fields.required("mark").string(),
      sha256: fields.required("sha256").string(),
      records: count("records"),
      withdrawn: count("withdrawn"),
      refused: count("refused"),
      passedOver: count("passedOver"),
      refusals: fields.required("refusals").array((item) => item.string()),
      ...(newest === undefined ? {} : { newest }),
      buckets: count("buckets"),
    };
  });
  return result.ok && result.value.buckets > 0 ? result.value : undefined;
}

function indexOf(descriptor: number, head: Head, file: string): OpenIndex {
  const { size } = fstatSync(descriptor);
  const lookUp: LookUp = (keys) => {
    try {
      const found = keys.map((key) => lookUpKey(descriptor, head, size, key));
      return found.every((each) => each !== undefined) ? merged(found.flat()) : undefined;
    } catch (error) {
      throw asIo("read", file, error);
    }
  };
  return { facts: head.facts, lookUp, close: () => closeSync(descriptor) };
}

function lookUpKey(descriptor: number, head: Head, size: number, key: string): readonly OsvRecord[] | undefined {
  const lines = readBlock(descriptor, head, size, bucketOf(key, head.facts.buckets));
  if (lines === undefined) return undefined;
  const prefix = `${JSON.stringify(key)}\t`;
  const records = lines
    .split("\n")
    .flatMap((line) => (line.startsWith(prefix) ? [readOsvRecord(line.slice(prefix.length))] : []));
  return records.every((each) => each.ok) ? records.flatMap((each) => (each.ok ? [each.value] : [])) : undefined;
}

function readBlock(descriptor: number, { digest, directory, key }: Head, size: number, bucket: number): string | undefined {
  const entry = Buffer.alloc(ENTRY_BYTES);
  if (readSync(descriptor, entry, 0, ENTRY_BYTES, directory + bucket * ENTRY_BYTES) !== ENTRY_BYTES) return undefined;
  const offset = entry.readUIntLE(0, 6);
  const length = entry.readUInt32LE(6);
  if (length < CHECK_BYTES || offset + length > size) return undefined;
  const block = Buffer.alloc(length);
  if (readSync(descriptor, block, 0, length, offset) !== length) return undefined;
  const lines = block.subarray(CHECK_BYTES);
  const isWhole = crypto().timingSafeEqual(block.subarray(0, CHECK_BYTES), blockCheck(digest, bucket, lines, key));
  return isWhole ? decodeUtf8(lines) : undefined;
}

/** A record that is kept under several of the keys, or several times under one, once, with all that it says of them. */
function merged(records: readonly OsvRecord[]): readonly OsvRecord[] {
  const known = new Map<string, { readonly record: OsvRecord; readonly affected: OsvAffected[] }>();
  for (const record of records) {
    const before = known.get(record.id);
    if (before === undefined) known.set(record.id, { record, affected: [...record.affected] });
    else for (const each of record.affected) before.affected.push(each);
  }
  return [...known.values()].map(({ record, affected }) => ({ ...record, affected }));
}
