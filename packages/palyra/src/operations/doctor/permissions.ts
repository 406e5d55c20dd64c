/** Folders and files of ours: whose they are, who can get at them, and that none is a link (spec 5.1, T25). */
import { constants, type Stats } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Home } from "../../lifecycle/home.ts";
import { trustPlace } from "../../lifecycle/index.ts";
import type { Settings } from "../../settings.ts";
import { trustFiles } from "../../trust/index.ts";
import { bounded, FIX, type Finding, ok, problem, warning } from "./finding.ts";

/** What a path is for decides who may read it. */
interface Place {
  readonly path: string;
  /** What it holds is a secret by itself: that others could read it is not mended by a mode. */
  readonly secret: boolean;
  /** What it says is believed as it is: that others could write it is not mended by a mode either. */
  readonly believed?: boolean;
}

/** A mode that `--fix` sets. */
export interface WrongMode {
  readonly path: string;
  readonly mode: number;
}

export interface PermissionsFound {
  readonly findings: readonly Finding[];
  readonly modes: readonly WrongMode[];
}

export async function lookPermissions(home: Home, settings: Settings): Promise<PermissionsFound> {
  const { stateRoot, skillsRoot, trustStore, journal } = home.places;
  const vault = settings.vaultDir.value;
  const findings: Finding[] = [];
  const modes: WrongMode[] = [];
  const seen = new Set<string>();
  let looked = 0;
  const look = async (place: Place): Promise<boolean> => {
    const path = resolve(place.path);
    if (seen.has(path)) return false;
    seen.add(path);
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) return false;
    looked += 1;
    const { finding, mode } = judge({ ...place, path }, found);
    if (finding !== undefined) findings.push(finding);
    if (mode !== undefined) modes.push({ path, mode });
    return found.isDirectory();
  };
  const walk = async (place: Place, skip: (name: string) => boolean = () => false): Promise<void> => {
    if (!(await look(place))) return;
    const entries = await readdir(place.path).catch(() => []);
    for (const name of entries.toSorted()) if (!skip(name)) await walk({ path: join(place.path, name), secret: place.secret });
  };
  await look({ path: stateRoot, secret: false });
  // Spec 3.3: of a store that was named there may be no digest, and then a mode alone would make it believed (T25).
  const believed = !trustPlace(home).isDefault;
  for (const path of [trustStore, trustFiles(trustStore).constraints]) await look({ path, secret: false, believed });
  // A vault of another program may lie beside ours, and what lies there is its business (D18).
  await walk({ path: vault, secret: true }, (name) => !name.startsWith("palyra-skills."));
  await walk({ path: join(stateRoot, "run"), secret: true });
  await walk({ path: skillsRoot, secret: false });
  for (const suffix of ["", "-wal", "-shm"]) await look({ path: journal + suffix, secret: false });
  if (process.platform === "win32") return { findings: [ok("permissions", "not looked at on Windows")], modes: [] };
  if (findings.length > 0) return { findings: bounded(findings), modes };
  const message = looked === 0 ? "nothing has been made yet" : `${looked} files and folders are yours alone`;
  return { findings: [ok("permissions", message, stateRoot)], modes };
}

function judge({ path, secret, believed = false }: Place, found: Stats): { readonly finding?: Finding; readonly mode?: number } {
  const where = path;
  if (found.isSymbolicLink())
    return {
      finding: problem("permissions", "it is a link, and nothing of ours is one", {
        where,
        advice: `look what it is, then: rm ${quoted(path)}`,
      }),
    };
  if (found.uid !== process.getuid?.())
    return {
      finding: problem("permissions", "it belongs to somebody else", {
        where,
        advice: `as its owner or as root: chown ${process.getuid?.()} ${quoted(path)}`,
      }),
    };
  if (!found.isDirectory() && !found.isFile())
    return {
      finding: problem("permissions", "it is neither a file nor a folder", {
        where,
        advice: `look what it is, then: rm ${quoted(path)}`,
      }),
    };
  if (found.isFile() && found.nlink > 1)
    return {
      finding: problem("permissions", "it has another name besides", {
        where,
        advice: "find it (find / -samefile) and remove one of the two",
      }),
    };
  const own = found.mode & 0o700;
  const shown = (found.mode & 0o777).toString(8).padStart(4, "0");
  if ((found.mode & 0o022) !== 0 && believed) {
    const advice = `read it first, since what others wrote there would be believed, then: chmod 600 ${quoted(path)}`;
    return { finding: problem("permissions", `others can write to it (mode ${shown})`, { where, advice }) };
  }
  if ((found.mode & 0o022) !== 0 && !(secret && found.isFile()))
    return {
      finding: problem("permissions", `others can write ${found.isDirectory() ? "in it" : "to it"} (mode ${shown})`, {
        where,
        ...FIX,
      }),
      mode: own,
    };
  if (!secret || (found.mode & 0o077) === 0) return {};
  if (found.isDirectory())
    return { finding: warning("permissions", `others can look into it (mode ${shown})`, { where, ...FIX }), mode: own };
  // A mode that is mended does not take back what was read.
  const advice = `chmod 600 ${quoted(path)}; what it held is known to others: palyra secrets rekey --to key-file, and change the secrets`;
  return { finding: problem("permissions", `others can read it (mode ${shown})`, { where, advice }) };
}

/** A path as a shell takes it. */
export function quoted(path: string): string {
  return /^[A-Za-z0-9_./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** Sets a mode on a file or folder that is still no link and still ours. */
export async function setMode({ path, mode }: WrongMode): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const found = await handle.stat();
    if (found.uid === process.getuid?.() && (found.isDirectory() || found.nlink === 1)) await handle.chmod(mode);
  } finally {
    await handle.close();
  }
}
