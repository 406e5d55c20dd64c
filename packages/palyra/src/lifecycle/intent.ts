/** The intent record as a file: its rename into place is the commit (spec 5.2). Only what this home wrote is read. */
import { encodeUtf8 } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import { faultPoint, readOwn, writeFileAtomically } from "../files/index.ts";
import type { SkillsFolder } from "../installed/index.ts";
import type { Home } from "./home.ts";
import { readPlan, writePlan } from "./pending.ts";
import type { Plan } from "./plan.ts";
import { sealed, unsealed } from "./seal.ts";

/** Bytes of a record. It holds the whole index, of a few hundred bytes a version. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** Commits to a plan. `IndexInvalid`, before anything is written: a plan that could not be read again would stop every later command. */
export async function writeIntent(home: Home, folder: SkillsFolder, plan: Plan, temporary: string): Promise<void> {
  const text = writePlan(plan);
  readPlan(text, folder.pending, home.places);
  const record = encodeUtf8(await sealed(home, folder.root, text));
  if (record.byteLength > MAX_RECORD_BYTES) throw new PalyraError("Io", { action: "write", file: folder.pending, code: "EFBIG" });
  faultPoint(`${plan.kind}.write_intent`);
  await writeFileAtomically(folder.pending, record, { mode: 0o600, temporary });
}

/**
 * The plan that a dead process of this home left; undefined for none. `IndexInvalid` for a record of anybody else, or of other places: it
 * is left as it is, and nothing of it is done. T5, T11.
 */
export async function readIntent(home: Home, { root, pending }: SkillsFolder): Promise<Plan | undefined> {
  const read = await readOwn(pending, MAX_RECORD_BYTES).catch((error: unknown) => {
    throw error instanceof PalyraError && error.code === "Io" ? foreign(pending, error) : error;
  });
  if (read === undefined) return undefined;
  const text = read.ok ? await unsealed(home, root, read.bytes) : undefined;
  if (text === undefined) throw foreign(pending);
  return readPlan(text, pending, home.places);
}

function foreign(file: string, cause?: unknown): PalyraError {
  return new PalyraError("IndexInvalid", { file, faults: [{ path: "", problem: "not written by this home" }] }, { cause });
}
