/**
 * A record that operators' decisions are kept in (spec 10.5):
 *
 *     palyra.skill.sealed.v1 LF
 *     generation, decimal LF
 *     HMAC-SHA-256 in hex LF
 *     JSON
 *
 * The HMAC, under a key of the vault, is over domain, name, place, generation and the JSON's bytes, each but the domain with its length as
 * u64-BE. The vault keeps the generation that was written last too: what was forged, was brought from elsewhere, or is an older one put
 * back (a revoked approval, a lifted limit) is refused, and so is that the file is gone. Killed between file and vault, the newer file
 * counts.
 */
import type { KeyObject } from "node:crypto";
import { encodeUtf8, u64be } from "palyra-skills/encoding";
import { isRefusal, PalyraError } from "../errors.ts";
import { fileMark, readOwn, writeFileAtomically } from "../files/index.ts";

const DOMAIN = "palyra.skill.sealed.v1";
/** Bytes of a record. */
const MAX_SEALED_BYTES = 8 * 1024 * 1024;

/** Where one is, what it is bound to, and who vouches for it. */
export interface SealedPlace {
  readonly file: string;
  /** `approvals`, `grants`: the one is never taken for the other. */
  readonly name: string;
  /** Of the folder of skills that it is about. */
  readonly place: string;
  readonly key: () => Promise<KeyObject>;
  /** The generation that was written last; 0: none was. */
  readonly floor: () => Promise<number>;
  readonly raise: (generation: number) => Promise<void>;
}

export interface Sealed {
  /** 0: nothing was ever kept. */
  readonly generation: number;
  readonly json: Uint8Array;
}

/** How often it is read where others write it meanwhile. */
const MOST_LOOKS = 5;

/** `AuthorizationRecordInvalid` where it is not what was written last; what the vault throws; `Io`. */
export async function readSealed(at: SealedPlace): Promise<Sealed> {
  for (let look = 1; ; look += 1) {
    const mark = fileMark(at.file);
    try {
      return await readOnce(at);
    } catch (error) {
      // Written between the two looks, the vault speaks of another file than the one that was read.
      const isOther = isRefusal(error, "AuthorizationRecordInvalid") && fileMark(at.file) !== mark;
      if (!isOther || look >= MOST_LOOKS) throw error;
    }
  }
}

async function readOnce(at: SealedPlace): Promise<Sealed> {
  const read = await readOwn(at.file, MAX_SEALED_BYTES);
  const floor = await at.floor();
  if (read === undefined) {
    if (floor > 0) throw invalid(at, "it is missing");
    return { generation: 0, json: new Uint8Array() };
  }
  if (!read.ok) throw invalid(at, "it is too large");
  const found = taken(Buffer.from(read.bytes));
  if (found === undefined) throw invalid(at, "it is damaged");
  if (!isSame(await sealOf(at, found.generation, found.json), found.seal)) throw invalid(at, "something else changed it");
  if (found.generation < floor) throw invalid(at, "it is an older one, put back");
  return { generation: found.generation, json: found.json };
}

/** Replaces it as a whole. The caller holds the lock of the skills folder. `Io` with `EFBIG`: nothing was written that nobody could read. */
export async function writeSealed(at: SealedPlace, before: number, json: Uint8Array): Promise<number> {
  const generation = Math.max(before, await at.floor()) + 1;
  const head = `${DOMAIN}\n${generation}\n${(await sealOf(at, generation, json)).toString("hex")}\n`;
  if (head.length + json.length > MAX_SEALED_BYTES)
    throw new PalyraError("Io", { action: "write", file: at.file, code: "EFBIG", limit: MAX_SEALED_BYTES });
  await writeFileAtomically(at.file, Buffer.concat([Buffer.from(head), json]), { mode: 0o600, temporary: `${at.file}.tmp` });
  await at.raise(generation);
  return generation;
}

const HEAD = /^palyra\.skill\.sealed\.v1\n([1-9][0-9]{0,14})\n([0-9a-f]{64})\n/;
/** Bytes of the longest head. */
const MAX_HEAD_BYTES = 128;

function taken(bytes: Buffer): { generation: number; seal: Buffer; json: Uint8Array } | undefined {
  const head = HEAD.exec(bytes.toString("latin1", 0, MAX_HEAD_BYTES));
  const [all, generation, seal] = head ?? [];
  if (all === undefined || generation === undefined || seal === undefined) return undefined;
  return { generation: Number(generation), seal: Buffer.from(seal, "hex"), json: new Uint8Array(bytes.subarray(all.length)) };
}

async function sealOf({ key, name, place }: SealedPlace, generation: number, json: Uint8Array): Promise<Buffer> {
  const hmac = process
    .getBuiltinModule("node:crypto")
    .createHmac("sha256", await key())
    .update(DOMAIN);
  for (const part of [encodeUtf8(name), encodeUtf8(place), u64be(generation), json]) hmac.update(u64be(part.length)).update(part);
  return hmac.digest();
}

const isSame = (one: Buffer, other: Buffer): boolean =>
  one.length === other.length && process.getBuiltinModule("node:crypto").timingSafeEqual(one, other);

const invalid = ({ file, name }: SealedPlace, problem: string): PalyraError<"AuthorizationRecordInvalid"> =>
  new PalyraError("AuthorizationRecordInvalid", { file, record: name, problem });
