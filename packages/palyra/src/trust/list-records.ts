/**
 * Which revocation lists were seen, kept in the vault like the store's digest: whoever can replace the cached file cannot go back to an
 * older one (spec 3.4, 7). Scope `global`, key `skills.revocation_lists.<the 32 hex digits of the store's key>`, the JSON
 *
 *     { "lists": [{ "issuer", "sequence", "sha256", "fetched_at_unix_ms" }] }        by issuer; sha256: of the list's message
 */
import { isSha256Hex, type JsonReader, readJson, writeJson } from "palyra-skills/encoding";
import type { SeenList } from "palyra-skills/trust";
import { PalyraError } from "../errors.ts";
import { placeDigest } from "../files/index.ts";
import type { TrustPlace } from "./integrity.ts";

export interface ListRecord extends SeenList {
  readonly issuer: string;
  /** When it, or that there is no newer one, was last heard; milliseconds since 1970. */
  readonly fetched_at_unix_ms: number;
}

const keyOf = async (file: string): Promise<string> => `skills.revocation_lists.${await placeDigest(file)}`;

/** None where nothing is kept; `VaultUnavailable` too for what cannot be read: it is not taken for none. */
export async function readListRecords({ file, records }: TrustPlace): Promise<readonly ListRecord[]> {
  const key = await keyOf(file);
  const bytes = await records.get(key);
  if (bytes === undefined) return [];
  const read = readJson(bytes, (root) => {
    const fields = root.object();
    const lists = fields.required("lists").array(recordIn);
    fields.finish();
    return lists;
  });
  if (!read.ok) throw new PalyraError("VaultUnavailable", { folder: `global/${key}`, problem: "it is no record of lists" });
  return read.value;
}

export async function putListRecords({ file, records }: TrustPlace, lists: readonly ListRecord[]): Promise<void> {
  const inOrder = [...lists].sort((a, b) => (a.issuer < b.issuer ? -1 : 1));
  await records.put(await keyOf(file), writeJson({ lists: inOrder.map((each) => ({ ...each })) }));
}

function recordIn(reader: JsonReader): ListRecord {
  const fields = reader.object();
  const record = {
    issuer: fields.required("issuer").string(),
    sequence: fields.required("sequence").safeInteger({ min: 1 }),
    sha256: fields.required("sha256").string((text) => (isSha256Hex(text) ? undefined : "not a SHA-256")),
    fetched_at_unix_ms: fields.required("fetched_at_unix_ms").safeInteger(),
  };
  fields.finish();
  return record;
}
