/**
 * A head that is kept elsewhere, as a document or in short:
 *
 *     { "format": "palyra.skill.journal_head.v1", "journal", "seq", "hash", "exported_at_unix_ms" }
 *     SEQ:HASH
 */
import { isSha256Hex, readDocument } from "palyra-skills/encoding";
import { readWhole } from "../../files/index.ts";
import type { Anchor } from "../../journal/index.ts";

export const HEAD_FORMAT = "palyra.skill.journal_head.v1";

export interface HeadDocument {
  readonly format: typeof HEAD_FORMAT;
  /** Of which file, where it was exported. */
  readonly journal: string;
  readonly seq: number;
  readonly hash: string;
  readonly exported_at_unix_ms: number;
}

/** What those who look at the journal's head may end with. */
export const HEAD_ERRORS = ["JournalUnavailable", "JournalChainBroken", "VaultUnavailable", "UnsafeStateRoot", "Io"] as const;

const MAX_HEAD_BYTES = 64 * 1024;
const SHORT = /^(0|[1-9][0-9]{0,15}):(.*)$/;

/** Why a value is none; a file may have any name that does not begin like a short one. */
export function headProblem(value: string): string | undefined {
  const [, , hash] = SHORT.exec(value) ?? [];
  return hash === undefined || isSha256Hex(hash) ? undefined : "is no SEQ:HASH: the hash has 64 lower-case hex digits";
}

/** `Io`, `Serialization`. */
export async function namedHead(value: string): Promise<Anchor> {
  const [, seq, hash] = SHORT.exec(value) ?? [];
  if (seq !== undefined && hash !== undefined) return { seq: Number(seq), hash, kept: "on the command line" };
  const bytes = await readWhole(value, MAX_HEAD_BYTES);
  const head = readDocument(bytes, value, (root) => {
    const fields = root.object();
    fields.required("format").oneOf([HEAD_FORMAT]);
    fields.required("journal").string();
    fields.required("exported_at_unix_ms").safeInteger({ min: 0 });
    const head = {
      seq: fields.required("seq").safeInteger({ min: 0 }),
      hash: fields.required("hash").string((text) => (isSha256Hex(text) ? undefined : "not a SHA-256")),
    };
    fields.finish();
    return head;
  });
  return { ...head, kept: `in ${value}` };
}
