/**
 * Which intent record may be finished. A record is finished by whoever finds it, so it must be the very one that this home has just decided
 * on: whoever can write the folder could else lay one there that trusts his key, or lay an old one there again (T5, T7, T25). Kept in the
 * vault, since what lies in the state root proves nothing: scope `global`, key `skills.intent.<place of the record>`, either
 *
 *     64 hex digits      SHA-256 of the place of the skills folder and the record's text
 *     none               no record may be finished
 *
 * Set before the record is renamed into its place, and taken back once that is gone.
 */
import { realpath } from "node:fs/promises";
import { decodeUtf8 } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import { io, placeDigest } from "../files/index.ts";
import type { SkillsFolder } from "../installed/index.ts";
import type { Home } from "./home.ts";

const DOMAIN = "palyra.skill.intent.v2";
const NONE = "none";

const keyOf = async ({ pending }: SkillsFolder): Promise<string> => `skills.intent.${await placeDigest(pending)}`;

/** From now on this record, and no other, may be finished. What the vault throws. */
export async function expectIntent({ records }: Home, folder: SkillsFolder, text: string): Promise<void> {
  await records.put(await keyOf(folder), await digestOf(folder, text));
}

/** What the vault throws: a record that cannot be held against it is not finished. */
export async function isExpected({ records }: Home, folder: SkillsFolder, text: string): Promise<boolean> {
  const kept = await records.get(await keyOf(folder));
  return kept !== undefined && decodeUtf8(kept) === (await digestOf(folder, text));
}

/** No record waits, so none may be laid there. A vault that is shut keeps what it has until the next that writes. */
export async function expectNone({ records }: Home, folder: SkillsFolder): Promise<void> {
  try {
    const key = await keyOf(folder);
    const kept = await records.get(key);
    if (kept !== undefined && decodeUtf8(kept) !== NONE) await records.put(key, NONE);
  } catch (error) {
    if (!(error instanceof PalyraError)) throw error;
  }
}

async function digestOf({ root }: SkillsFolder, text: string): Promise<string> {
  const place = await io("use the folder", root, () => realpath(root));
  const framed = [DOMAIN, place, text].map((part) => `${Buffer.byteLength(part)}:${part}`).join("");
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(framed).digest("hex");
}
