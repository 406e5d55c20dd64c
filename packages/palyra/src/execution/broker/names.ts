/** What has a name below a root: made, moved, removed. Links and what is neither file nor directory are not touched (spec 10.4, T43). */
import { closeSync, lstatSync, mkdirSync, renameSync, rmdirSync, type Stats, unlinkSync } from "node:fs";
import { ERRNO } from "palyra-sandbox/host-messages";
import type { Budget } from "./budget.ts";
import { FileFault } from "./fault.ts";
import { type End, inside, openPlace, type PlaceKind } from "./walk.ts";

/** Something that is there, as a place. */
export function atPlace<Result>({ fd, name, directory }: End, use: (place: number) => Result): Result {
  if (name === undefined) return use(fd);
  const { place, kind } = openPlace(fd, name);
  try {
    if (directory && kind !== "directory") throw new FileFault(ERRNO.notdir);
    return use(place);
  } finally {
    closeSync(place);
  }
}

export function makeDirectory({ fd, name }: End, budget: Budget): void {
  if (name === undefined) throw new FileFault(ERRNO.exist);
  budget.make(fd, () => mkdirSync(inside(fd, name), 0o700));
}

export function removeDirectory({ fd, name }: End): void {
  if (name === undefined) throw new FileFault(ERRNO.inval);
  rmdirSync(inside(fd, name));
}

export function unlinkName({ fd, name, directory }: End): void {
  if (name === undefined || kindOf(fd, name) === "directory") throw new FileFault(ERRNO.isdir);
  if (directory) throw new FileFault(ERRNO.notdir);
  unlinkSync(inside(fd, name));
}

export function renameEnd(source: End, target: End): void {
  if (source.name === undefined || target.name === undefined) throw new FileFault(ERRNO.busy);
  const moved = kindOf(source.fd, source.name);
  if (moved === undefined) throw new FileFault(ERRNO.noent);
  if (moved === "file" && (source.directory || target.directory)) throw new FileFault(ERRNO.notdir);
  kindOf(target.fd, target.name);
  renameSync(inside(source.fd, source.name), inside(target.fd, target.name));
}

/** What has a name; undefined where nothing has. `loop` of a link, `acces` of what is neither file nor directory. */
function kindOf(fd: number, name: string): PlaceKind | undefined {
  const stat: Stats | undefined = lstatSync(inside(fd, name), { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.isSymbolicLink()) throw new FileFault(ERRNO.loop);
  if (!stat.isFile() && !stat.isDirectory()) throw new FileFault(ERRNO.acces);
  return stat.isFile() ? "file" : "directory";
}
