/**
 * The heads of journals, kept apart from them (spec 5.3, T26): whoever cuts, rewrites or replaces the file is noticed. A record is the JSON
 * `{ "seq": N, "hash": 64 hex }`, in the vault's scope `global` under `skills.journal.head.<place>`. It is written after the journal itself
 * is on the disk, so it may be behind the chain, and never ahead; before a journal's first event it is `{ "seq": 0, "hash": 64 zeros }`.
 */
import { decodeUtf8, isSha256Hex, type JsonReader, readJson, writeJson } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import { faultPoint, placeDigest } from "../files/index.ts";
import { GENESIS, type Head } from "./chain.ts";
import { notHeld, unrecorded } from "./held.ts";

/** Where records are kept: the vault. Each throws what the vault throws; reading makes nothing. */
export interface HeadRecords {
  get(key: string): Promise<Uint8Array | undefined>;
  /** Sets it if it still is `from` (undefined: not there); false where it is another by now. */
  replace(key: string, from: string | undefined, to: string): Promise<boolean>;
}

/** Keeps the heads of journals. */
export interface HeadKeeper {
  /** It sees to it that a journal is on the disk before its head is kept: what is to be there soon needs no sync of its own. */
  readonly syncs?: true;
  /** What is kept of a journal; undefined: nothing. `VaultUnavailable`, `UnsafeStateRoot`, `LockTimeout`, `Io`, as the others. */
  recorded(file: string): Promise<Head | undefined>;
  /** Of a journal that has no event yet: that it has none. Changes no record that is there. */
  begin(file: string): Promise<void>;
  /**
   * A head that is on the disk. Kept if the chain holds what was kept before, and that is lower: of two writers the higher one stays.
   * What is wrong with what was kept is thrown, and then stays as it is.
   */
  keep(file: string, head: Head, holds: (head: Head) => Promise<boolean>): Promise<void>;
}

const keyOf = async (file: string): Promise<string> => `skills.journal.head.${await placeDigest(file)}`;

export async function recordedHead(records: Pick<HeadRecords, "get">, file: string): Promise<Head | undefined> {
  const key = await keyOf(file);
  return parsed(key, await records.get(key));
}

function parsed(key: string, bytes: Uint8Array | undefined): Head | undefined {
  if (bytes === undefined) return undefined;
  const read = readJson(bytes, headIn);
  // Not taken for none.
  if (!read.ok) throw new PalyraError("VaultUnavailable", { folder: `global/${key}`, problem: "it is no head of a journal" });
  return read.value;
}

/** `{ seq, hash }`, nothing else. */
function headIn(root: JsonReader): Head {
  const fields = root.object();
  const seq = fields.required("seq").safeInteger({ min: 0 });
  const hash = fields.required("hash").string((text) => (isSha256Hex(text) ? undefined : "not a SHA-256"));
  fields.finish();
  return { seq, hash };
}

const write = ({ seq, hash }: Head): string => writeJson({ seq, hash });

/** Keeps a head on a person's word, whatever was kept before. */
export async function acceptHead(records: HeadStore, file: string, head: Head): Promise<void> {
  await records.put(await keyOf(file), write(head));
}

interface HeadStore {
  put(key: string, value: string): Promise<void>;
}

/** Keeps each head at once. */
export function headsIn(records: HeadRecords): HeadKeeper {
  const read = async (key: string) => {
    const bytes = await records.get(key);
    return { text: bytes && decodeUtf8(bytes), head: parsed(key, bytes) };
  };
  return {
    recorded: (file) => recordedHead(records, file),
    begin: async (file) => void (await records.replace(await keyOf(file), undefined, write(GENESIS))),
    keep: async (file, head, holds) => {
      const key = await keyOf(file);
      for (;;) {
        const { text, head: recorded } = await read(key);
        if (recorded === undefined) throw unrecorded(head);
        if (!(await holds(recorded))) throw notHeld(recorded, head);
        if (recorded.seq >= head.seq) return;
        faultPoint("journal.unkept");
        if (await records.replace(key, text, write(head))) return;
      }
    },
  };
}
