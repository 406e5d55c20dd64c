/**
 * The seal of an intent record. A record is finished by whoever finds it, so it must have come from this home: a folder that a stranger
 * filled could hold one that trusts his key. Each record carries a HMAC-SHA-256, under a key that only this home has, over the place of the
 * skills folder and its own text.
 *
 *     { schema_version, ulid, kind, steps, "seal": "<64 hex digits>" }        the seal last
 *     <state root>/run/intent.key                                             64 hex digits, mode 0600; made by the first writer
 */
import { realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { decodeUtf8, toHex } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import { io, makeFolder, readOwn, withLock, writeFileAtomically } from "../files/index.ts";
import type { Home } from "./home.ts";
import { checkFolder } from "./state-root.ts";

const crypto = () => process.getBuiltinModule("node:crypto");

const KEY_BYTES = 32;
/** The digits and a line feed. */
const KEY_FILE_BYTES = 2 * KEY_BYTES + 1;
const KEY_FORM = /^[0-9a-f]{64}\n$/;
const SEAL_FORM = /,"seal":"([0-9a-f]{64})"\}\n$/;
const DOMAIN = "palyra.skill.intent.v1";

/** The text of a record, a JSON object on one line, with its seal. Makes the key where there is none. */
export async function sealed(home: Home, skillsRoot: string, text: string): Promise<string> {
  const key = (await readKey(home)) ?? (await makeKey(home));
  return `${text.slice(0, -1)},"seal":"${await sealOf(key, skillsRoot, text)}"}\n`;
}

/** The text without its seal; undefined for one that this home did not write for this folder. */
export async function unsealed(home: Home, skillsRoot: string, bytes: Uint8Array): Promise<string | undefined> {
  const written = decodeUtf8(bytes) ?? "";
  const [tail, seal] = SEAL_FORM.exec(written) ?? [];
  const key = await readKey(home);
  if (tail === undefined || seal === undefined || key === undefined) return undefined;
  const text = `${written.slice(0, -tail.length)}}`;
  const own = await sealOf(key, skillsRoot, text);
  return crypto().timingSafeEqual(Buffer.from(own), Buffer.from(seal)) ? text : undefined;
}

async function sealOf(key: string, skillsRoot: string, text: string): Promise<string> {
  const place = await io("use the folder", skillsRoot, () => realpath(skillsRoot));
  return crypto()
    .createHmac("sha256", Buffer.from(key, "hex"))
    .update([DOMAIN, place, text].map((part) => `${Buffer.byteLength(part)}:${part}`).join(""))
    .digest("hex");
}

function keyFile({ places }: Home): string {
  return join(places.stateRoot, "run", "intent.key");
}

/** Undefined: there is none. `UnsafeStateRoot`: it is not this home's alone. */
async function readKey(home: Home): Promise<string | undefined> {
  const file = keyFile(home);
  for (const folder of [home.places.stateRoot, dirname(file)]) await checkFolder(folder);
  const read = await readOwn(file, KEY_FILE_BYTES);
  if (read === undefined) return undefined;
  const text = read.ok ? decodeUtf8(read.bytes) : undefined;
  if (text === undefined || !KEY_FORM.test(text)) throw new PalyraError("Io", { action: "use", file, code: "it is no key" });
  return text.trimEnd();
}

/** Homes with several skills folders may come at once. Held for this alone, after all other locks. */
async function makeKey(home: Home): Promise<string> {
  const file = keyFile(home);
  await io("create", dirname(file), () => makeFolder(dirname(file), 0o700));
  return withLock(`${file}.lock`, { purpose: "intent.key" }, async () => {
    const there = await readKey(home);
    if (there !== undefined) return there;
    const key = toHex(new Uint8Array(crypto().randomBytes(KEY_BYTES)));
    await writeFileAtomically(file, `${key}\n`, { mode: 0o600, temporary: `${file}.tmp` });
    return key;
  });
}
