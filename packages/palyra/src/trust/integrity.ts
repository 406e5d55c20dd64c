/**
 * What the trust files are to be, kept apart from them (spec 3.3): whoever can write the files alone is noticed. A record is JSON,
 *
 *     { "current": DIGESTS, "pending"?: DIGESTS, "known"?: { "store": text | null, "constraints": text | null } }
 *
 * where DIGESTS is `{ "store": 64 hex | null, "constraints": 64 hex | null }`: the SHA-256 of each file's very bytes, null where there is no
 * file. `pending` stands while the files change, one after the other: until then each may be the one or the other. `known` is what
 * `current` is the digest of, where it is small: without it nobody could be shown what changed.
 */
import {
  decodeUtf8,
  type Fields,
  isSha256Hex,
  type JsonObject,
  type JsonReader,
  readJson,
  writeJson,
} from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import { placeDigest } from "../files/index.ts";

/** Where records are kept, apart from the files: the vault. Each throws what the vault throws; reading makes nothing. */
export interface IntegrityRecords {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, value: string): Promise<void>;
}

/** A trust store, and what its integrity hangs on. */
export interface TrustPlace {
  /** Of the store. */
  readonly file: string;
  /** At the place that nobody named: there, what is not recorded is not believed (T25, D19). */
  readonly isDefault: boolean;
  readonly records: IntegrityRecords;
}

/** The very bytes; undefined for a file that is not there. */
export interface TrustBytes {
  readonly store: Uint8Array | undefined;
  readonly constraints: Uint8Array | undefined;
}

export interface Digests {
  readonly store: string | null;
  readonly constraints: string | null;
}

export interface Known {
  readonly store: string | null;
  readonly constraints: string | null;
}

export interface IntegrityRecord {
  readonly current: Digests;
  readonly pending?: Digests;
  readonly known?: Known;
}

/** Characters of both files that a record keeps: the vault takes 65,536 bytes of one secret. */
const MAX_KNOWN_CHARACTERS = 16_384;

/** `skills.trust_store.integrity.<first 32 hex of SHA-256(lower-cased canonical path)>`. */
export async function integrityKey(file: string): Promise<string> {
  return `skills.trust_store.integrity.${await placeDigest(file)}`;
}

export function digestsOf({ store, constraints }: TrustBytes): Digests {
  const digest = (bytes: Uint8Array | undefined): string | null => (bytes === undefined ? null : sha256(bytes));
  return { store: digest(store), constraints: digest(constraints) };
}

/** What a record says of these bytes. */
export function recordOf(bytes: TrustBytes): IntegrityRecord {
  const known = { store: textOf(bytes.store), constraints: textOf(bytes.constraints) };
  const fits = (known.store ?? "").length + (known.constraints ?? "").length <= MAX_KNOWN_CHARACTERS;
  return { current: digestsOf(bytes), ...(fits ? { known } : {}) };
}

const textOf = (bytes: Uint8Array | undefined): string | null => (bytes === undefined ? null : (decodeUtf8(bytes) ?? null));

/** Undefined: none is kept. `VaultUnavailable` too for one that cannot be read: it is not taken for none. */
export async function readRecord({ file, records }: TrustPlace): Promise<IntegrityRecord | undefined> {
  const key = await integrityKey(file);
  const bytes = await records.get(key);
  if (bytes === undefined) return undefined;
  const read = readJson(bytes, recordIn);
  if (!read.ok)
    throw new PalyraError("VaultUnavailable", { folder: `global/${key}`, problem: "it is no record of a trust store" });
  return read.value;
}

/** The same as it is kept, whatever it says: another text is another record. */
export async function recordText({ file, records }: TrustPlace): Promise<string> {
  const bytes = await records.get(await integrityKey(file));
  return bytes === undefined ? "none" : `"${Buffer.from(bytes).toString("latin1")}"`;
}

export async function putRecord({ file, records }: TrustPlace, record: IntegrityRecord): Promise<void> {
  const { current, pending, known } = record;
  const document: JsonObject = {
    current: { ...current },
    ...(pending === undefined ? {} : { pending: { ...pending } }),
    ...(known === undefined ? {} : { known: { ...known } }),
  };
  await records.put(await integrityKey(file), writeJson(document));
}

export function isSameRecord(one: IntegrityRecord | undefined, other: IntegrityRecord | undefined): boolean {
  const digests = (record: IntegrityRecord | undefined) =>
    [record?.current, record?.pending].flatMap((each) => [each?.store, each?.constraints]);
  const others = digests(other);
  return digests(one).every((digest, at) => digest === others[at]);
}

function recordIn(root: JsonReader): IntegrityRecord {
  const fields = root.object();
  const current = digestsIn(fields.required("current"));
  const pending = fields.optional("pending", digestsIn);
  const known = fields.optional("known", knownIn);
  fields.finish();
  return { current, ...(pending === undefined ? {} : { pending }), ...(known === undefined ? {} : { known }) };
}

const digestProblem = (text: string): string | undefined => (isSha256Hex(text) ? undefined : "not a SHA-256");
const digestsIn = (reader: JsonReader): Digests => pairIn(reader, digestProblem);
const knownIn = (reader: JsonReader): Known => pairIn(reader, () => undefined);

function pairIn(reader: JsonReader, problem: (text: string) => string | undefined): Known {
  const fields = reader.object();
  const pair = { store: textIn(fields, "store", problem), constraints: textIn(fields, "constraints", problem) };
  fields.finish();
  return pair;
}

function textIn(fields: Fields, name: string, problem: (text: string) => string | undefined): string | null {
  const at = fields.required(name);
  return at.isNull ? null : at.string(problem);
}

/** The file that is neither as recorded nor as it was to become, and both digests; undefined: none. */
export function changedFile({ current, pending }: IntegrityRecord, actual: Digests) {
  for (const name of ["store", "constraints"] as const) {
    const known = [current[name], ...(pending === undefined ? [] : [pending[name]])];
    if (!known.includes(actual[name])) return { name, recorded: current[name], actual: actual[name] };
  }
  return undefined;
}

/** 64 lower-case hex digits. */
export function sha256(content: string | Uint8Array): string {
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(content).digest("hex");
}
