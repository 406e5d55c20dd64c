/** The intent record as a file: its rename into place is the commit (spec 5.2). Only the one that this home expects is read. */
import { decodeUtf8, encodeUtf8 } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import { faultPoint, readOwn, writeFileAtomically } from "../files/index.ts";
import type { SkillsFolder } from "../installed/index.ts";
import { expectIntent, isExpected } from "./expected.ts";
import type { Home } from "./home.ts";
import { readPlan, writePlan } from "./pending.ts";
import type { Plan } from "./plan.ts";

/** Bytes of a record. It holds the whole index, of a few hundred bytes a version. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** What an older release ended a record with: a HMAC under a key that lay in the state root, where whoever writes that could read it. */
const OLD_SEAL = /,"seal":"[0-9a-f]{64}"\}\n$/;

/** Commits to a plan. `IndexInvalid`, before anything is written: a plan that could not be read again would stop every later command. */
export async function writeIntent(home: Home, folder: SkillsFolder, plan: Plan, temporary: string): Promise<void> {
  const text = `${writePlan(plan)}\n`;
  readPlan(text, folder.pending, home.places);
  const record = encodeUtf8(text);
  if (record.byteLength > MAX_RECORD_BYTES) throw new PalyraError("Io", { action: "write", file: folder.pending, code: "EFBIG" });
  faultPoint(`${plan.kind}.write_intent`);
  await expectIntent(home, folder, text);
  faultPoint("intent.expected");
  await writeFileAtomically(folder.pending, record, { mode: 0o600, temporary });
}

/**
 * The plan that a dead process of this home left; undefined for none. `IndexInvalid` for a record of anybody else, of another time or of
 * other places: it is left as it is, and nothing of it is done. What the vault throws. T5, T7, T11.
 */
export async function readIntent(home: Home, folder: SkillsFolder): Promise<Plan | undefined> {
  const { pending } = folder;
  const read = await readOwn(pending, MAX_RECORD_BYTES).catch((error: unknown) => {
    throw error instanceof PalyraError && error.code === "Io" ? foreign(pending, {}, error) : error;
  });
  if (read === undefined) return undefined;
  const text = read.ok ? decodeUtf8(read.bytes) : undefined;
  if (text === undefined || !(await isExpected(home, folder, text))) throw foreign(pending, { isOld: OLD_SEAL.test(text ?? "") });
  return readPlan(text, pending, home.places);
}

function foreign(file: string, { isOld = false }: { readonly isOld?: boolean }, cause?: unknown): PalyraError {
  const problem = isOld ? "of an older release, whose seal proves nothing" : "not the record that this home has in its vault";
  return new PalyraError("IndexInvalid", { file, faults: [{ path: "", problem }] }, { cause });
}
