import { compareUtf8, decodeUtf8 } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
import { DEFLATED, UTF8_FLAG } from "./central.ts";
import { pathFault, zipFault } from "./fault.ts";
import { MAX_ENTRY_BYTES, MAX_TOTAL_BYTES, maxDeflatedBytes } from "./limits.ts";
import type { LocatedEntry } from "./local.ts";
import { Names } from "./names.ts";
import { pathProblem } from "./path.ts";

/** An entry whose path and declared size may be believed so far; its content is not inflated yet. */
export interface NamedEntry extends LocatedEntry {
  /** Without the final slash of a folder. */
  readonly path: string;
  /** Declared bytes. */
  readonly size: number;
}

/**
 * Checks paths, declared sizes and names that meet, for each entry (spec 1.5, step 1): all before anything is inflated.
 * @returns the entries ascending by the UTF-8 bytes of their path
 */
export function nameEntries(entries: readonly LocatedEntry[]): NamedEntry[] {
  const named = entries.map(nameEntry).sort((a, b) => compareUtf8(a.path, b.path));
  checkTotal(named);
  const names = new Names();
  for (const { path, record } of named) names.add(path, !record.isFolder);
  return named;
}

function nameEntry(entry: LocatedEntry): NamedEntry {
  const path = readPath(entry);
  const { size, compressedSize, method, offset, name, isFolder } = entry.record;
  if (size > MAX_ENTRY_BYTES) throw new SkillError("ArtifactEntryTooLarge", { path, actual: size, limit: MAX_ENTRY_BYTES });
  // A reader that skips folders and one that makes a file of it would differ (T13).
  if (isFolder && size > 0) throw zipFault("a folder with content", offset, name);
  // Before the signature is looked at, an archive may cost no more than its contents are worth.
  if (method === DEFLATED && compressedSize > maxDeflatedBytes(Number(size))) {
    throw zipFault("a deflate stream that is long for its content", offset, name);
  }
  return { ...entry, path, size: Number(size) };
}

/** Names are UTF-8, and say so where that makes a difference: else some readers take them as code page 437 (vector A24). */
function readPath({ record: { name, flags, offset, isFolder } }: LocatedEntry): string {
  const text = decodeUtf8(name);
  if (text === undefined) throw pathFault("not UTF-8", offset, name);
  const isAscii = text.length === name.length;
  if (!isAscii && (flags & UTF8_FLAG) === 0) throw pathFault("UTF-8 without its flag", offset, name);
  const path = isFolder ? text.slice(0, -1) : text;
  const problem = pathProblem(path);
  if (problem !== undefined) throw pathFault(problem, offset, name);
  return path;
}

function checkTotal(entries: readonly NamedEntry[]): void {
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > MAX_TOTAL_BYTES) throw new SkillError("ArtifactTooLarge", { actual: total, limit: MAX_TOTAL_BYTES });
}
