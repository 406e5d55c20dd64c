import { type JsonReader, readDocument, shorten, writeJson } from "../encoding/index.ts";
import { isIdentifier } from "../manifest/index.ts";
import { publicKeyHex } from "./key.ts";

/**
 * Which keys speak for which publishers (spec 3.1). Keys are 64 lower-case hex digits; maps and lists are sorted, lists
 * without repeats and never empty. Values of this type are in that form: change them through the functions below.
 *
 *     { "trusted_publishers": { "acme": ["<64 hex>", ...] }, "tofu_publishers": { "globex": "<64 hex>" } }
 */
export interface TrustStore {
  /** The allowlist: written by an operator. */
  readonly trusted: ReadonlyMap<string, readonly string[]>;
  /** Keys pinned on first use. */
  readonly pinned: ReadonlyMap<string, string>;
}

export const EMPTY_TRUST_STORE: TrustStore = { trusted: new Map(), pinned: new Map() };

/**
 * Reads a trust store. Nothing but ASCII white space is an empty store.
 * @param document the file, for the error
 * @throws SkillError `Serialization` with all faults, each naming its entry
 */
export function parseTrustStore(bytes: Uint8Array, document: string): TrustStore {
  if (isBlank(bytes)) return EMPTY_TRUST_STORE;
  return readDocument(bytes, document, readTrustStore);
}

/** The same as a part of another document. */
export function readTrustStore(root: JsonReader): TrustStore {
  const fields = root.object();
  const trusted = fields.optional("trusted_publishers", (map) => map.map((keys, name) => keyList(keys, name)));
  const pinned = fields.optional("tofu_publishers", (map) => map.map((key, name) => keyOf(key, name)));
  fields.finish();
  return { trusted: sorted(trusted ?? new Map()), pinned: sorted(pinned ?? new Map()) };
}

/** Writes a trust store: two spaces of indent, keys sorted. Both Palyra and this system read it. No line feed at the end. */
export function writeTrustStore(store: TrustStore): string {
  return `{\n  "trusted_publishers": ${writeMap(store.trusted)},\n  "tofu_publishers": ${writeMap(store.pinned)}\n}`;
}

/** Sorted by the writer, since a JavaScript object puts publishers such as `10` and `9` in an order of its own. */
function writeMap(map: ReadonlyMap<string, string | readonly string[]>): string {
  return writeJson(Object.fromEntries(map), { indent: 2, sortKeys: true }).replaceAll("\n", "\n  ");
}

/** Adds a key to the publisher's allowlist; upper case is folded, here and below. */
export function withTrusted(store: TrustStore, publisher: string, publicKey: string): TrustStore {
  const keys = new Set([...(store.trusted.get(publisher) ?? []), publicKey.toLowerCase()]);
  return { ...store, trusted: sorted(new Map(store.trusted).set(publisher, [...keys].sort())) };
}

/** Takes one key, or all without `publicKey`, off the publisher's allowlist. The last key takes the publisher with it. */
export function withoutTrusted(store: TrustStore, publisher: string, publicKey?: string): TrustStore {
  const trusted = new Map(store.trusted);
  const left = publicKey === undefined ? [] : (trusted.get(publisher) ?? []).filter((key) => key !== publicKey.toLowerCase());
  // A listed publisher without keys would be one that can never be trusted again: spec 3.1 wants at least one.
  if (left.length === 0) trusted.delete(publisher);
  else trusted.set(publisher, left);
  return { ...store, trusted };
}

/** Pins the publisher's key, in place of the one that was. */
export function withPin(store: TrustStore, publisher: string, publicKey: string): TrustStore {
  return { ...store, pinned: sorted(new Map(store.pinned).set(publisher, publicKey.toLowerCase())) };
}

export function withoutPin(store: TrustStore, publisher: string): TrustStore {
  const pinned = new Map(store.pinned);
  pinned.delete(publisher);
  return { ...store, pinned };
}

function keyList(reader: JsonReader, publisher: string): readonly string[] {
  checkPublisher(reader, publisher);
  const keys = new Set(reader.array(publicKeyHex));
  if (keys.size === 0) reader.fault("no keys", { allowed: "at least one key" });
  return [...keys].sort();
}

function keyOf(reader: JsonReader, publisher: string): string {
  checkPublisher(reader, publisher);
  return publicKeyHex(reader);
}

/** "acme " would be another publisher than "acme" to one reader and the same to another. T4. */
function checkPublisher(reader: JsonReader, publisher: string): void {
  if (!isIdentifier(publisher))
    reader.fault("publisher is not an identifier", { found: shorten(publisher), allowed: "[a-z0-9._:-]+" });
}

/** By the publisher's name; identifiers are ASCII, so any order of strings is that of their bytes. */
function sorted<T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** ASCII white space only, as the original sees it: tab, line feed, form feed, carriage return, space. */
function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0c || byte === 0x0d);
}
