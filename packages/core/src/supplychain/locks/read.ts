/** Which files are lock files, by their names, and what reads them. All input is consumed; what a reader does not know is refused. */
import { decodeUtf8 } from "../../encoding/index.ts";
import { readCargo } from "./cargo.ts";
import { readGoMod, readGoSum } from "./go.ts";
import { type LockedPackage, LockFault, type LockReading, MAX_LOCK_BYTES, MAX_LOCKED_PACKAGES } from "./lock.ts";
import { readNpm } from "./npm.ts";
import { readPnpm } from "./pnpm.ts";
import { readPipfile, readPythonTables, readRequirements } from "./python.ts";
import { readYarn } from "./yarn.ts";

type Reader = (text: string) => readonly LockedPackage[];

const READERS: ReadonlyMap<string, Reader> = new Map([
  ["package-lock.json", readNpm],
  ["npm-shrinkwrap.json", readNpm],
  ["yarn.lock", readYarn],
  ["pnpm-lock.yaml", readPnpm],
  ["Cargo.lock", readCargo],
  ["go.sum", readGoSum],
  ["go.mod", readGoMod],
  ["poetry.lock", readPythonTables],
  ["uv.lock", readPythonTables],
  ["pdm.lock", readPythonTables],
  ["Pipfile.lock", readPipfile],
  ["requirements.txt", readRequirements],
]);

/** Those that have one name. */
export const LOCK_FILE_NAMES: readonly string[] = [...READERS.keys()];

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** `requirements-prod.txt` is one, too. */
function readerOf(path: string): Reader | undefined {
  const name = nameOf(path);
  return READERS.get(name) ?? (/^requirements[\w.-]{0,64}\.txt$/.test(name) ? readRequirements : undefined);
}

export const isLockFile = (path: string): boolean => readerOf(path) !== undefined;

/** `path`: its name says which kind it is. Whatever the bytes are, nothing is thrown. */
export function readLockFile(path: string, bytes: Uint8Array): LockReading {
  const read = readerOf(path);
  if (read === undefined) return { ok: false, problem: "it is none that is known", offset: 0 };
  if (bytes.length > MAX_LOCK_BYTES) return { ok: false, problem: `it has more than ${MAX_LOCK_BYTES} bytes`, offset: 0 };
  const text = decodeUtf8(bytes);
  if (text === undefined) return { ok: false, problem: "it is not UTF-8", offset: 0 };
  try {
    const packages = read(text.startsWith("\ufeff") ? text.slice(1) : text);
    if (packages.length > MAX_LOCKED_PACKAGES)
      return { ok: false, problem: `it has more than ${MAX_LOCKED_PACKAGES} packages`, offset: 0 };
    return { ok: true, packages };
  } catch (fault) {
    if (fault instanceof LockFault) return { ok: false, problem: fault.message, offset: fault.offset };
    throw fault;
  }
}

const PURL_TYPES = { npm: "npm", "crates.io": "cargo", Go: "golang", PyPI: "pypi" } as const;

/** Without qualifiers (https://github.com/package-url/purl-spec): the segments of the name are kept apart, everything else is encoded. */
export function lockedPurl({ ecosystem, name, version }: Pick<LockedPackage, "ecosystem" | "name" | "version">): string {
  const written = ecosystem === "PyPI" ? name.toLowerCase().replaceAll("_", "-") : name;
  const path = written.split("/").map(encodeURIComponent).join("/");
  return `pkg:${PURL_TYPES[ecosystem]}/${path}@${encodeURIComponent(version)}`;
}
