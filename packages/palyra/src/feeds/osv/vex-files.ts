/** Statements of exploitability that the operator gives: one file, or all of a folder that end with `.json`, in the order of their names. */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { SourcedStatement } from "palyra-skills/audit";
import { MAX_VEX_BYTES, readVex } from "palyra-skills/supplychain";
import { PalyraError } from "../../errors.ts";
import { io, listFolder, readStanding } from "../../files/index.ts";

export interface VexStatements {
  readonly statements: readonly SourcedStatement[];
  /** Of all files; what verdicts rest on (spec 5.4). */
  readonly sha256: string;
}

const MAX_FILES = 10_000;

export const NO_STATEMENTS: VexStatements = { statements: [], sha256: "" };

/** `VexInvalid`, `Io`: what is misunderstood would silence, or not silence, something else. */
export async function readVexFiles(path: string): Promise<VexStatements> {
  const isFolder = (await io("read", path, () => stat(path))).isDirectory();
  const files = isFolder ? filesOf(path) : [path];
  const hash = createHash("sha256");
  const statements: SourcedStatement[] = [];
  for (const file of files) {
    const read = await readStanding(file, MAX_VEX_BYTES);
    if (!read.ok) throw new PalyraError("VexInvalid", { file, format: "unknown", faults: [{ path: "", problem: "too large" }] });
    const vex = readVex(read.bytes);
    if (!vex.ok) throw new PalyraError("VexInvalid", { file, format: vex.format, faults: vex.faults });
    hash.update(`${basename(file)}\n${read.bytes.length}\n`).update(read.bytes);
    statements.push(...vex.statements.map((statement) => ({ ...statement, source: basename(file) })));
  }
  return { statements, sha256: hash.digest("hex") };
}

function filesOf(folder: string): readonly string[] {
  const listed = listFolder(folder, MAX_FILES);
  return (listed?.files ?? [])
    .filter(({ path, kind }) => kind === "file" && path.endsWith(".json"))
    .map(({ path }) => join(folder, path));
}
