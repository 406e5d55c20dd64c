/** What of a `go.sum` was built from: it has all that was looked at to choose versions, and `go.mod` beside it says what was chosen. */
import type { LockFile } from "./lock.ts";

/**
 * What was only considered as `optional`: other versions of what `go.mod` requires, and, where it requires at least half of the modules, the
 * rest. One that requires less (of before Go 1.17, or one line to hide the others) does not list all that was chosen (T15).
 */
export function withoutWhatWasOnlyConsidered(files: readonly LockFile[]): readonly LockFile[] {
  const chosen = new Map(
    files.flatMap(({ path, reading }) =>
      nameOf(path) === "go.mod" && reading.ok
        ? [[folderOf(path), new Set(reading.packages.map(({ name }) => name))] as const]
        : [],
    ),
  );
  return files.map((file) => {
    const required = nameOf(file.path) === "go.sum" ? chosen.get(folderOf(file.path)) : undefined;
    if (required === undefined || !file.reading.ok) return file;
    const names = new Set(file.reading.packages.map(({ name }) => name));
    const isWhole = 2 * [...names].filter((name) => required.has(name)).length >= names.size;
    const packages = file.reading.packages.map((locked) =>
      isWhole || required.has(locked.name) ? { ...locked, use: "optional" as const } : locked,
    );
    return { ...file, reading: { ok: true, packages } };
  });
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);
