/** `yarn.lock`, of Yarn 1 and of Berry (2 and later). Neither says what is for building or testing only. */
import { type Block, blockAt, readBlocks, scalar, valueAt } from "./blocks.ts";
import { integrityHashes } from "./integrity.ts";
import { type LockedPackage, LockFault } from "./lock.ts";

export function readYarn(text: string): readonly LockedPackage[] {
  const blocks = readBlocks(text);
  const isBerry = blockAt(blocks, "__metadata") !== undefined;
  return blocks.flatMap((block) => {
    if (!block.text.endsWith(":")) throw new LockFault("a line is no `package@range:`", block.offset);
    return isBerry ? ofBerry(block) : ofClassic(block);
  });
}

/** The first of `name@range, name@range`: `"foo@npm:bar@^1"` is bar under another name. */
function ofClassic({ text, offset, below }: Block): readonly LockedPackage[] {
  const [first = ""] = text.slice(0, -1).split(", ");
  const descriptor = scalar(first, offset);
  const at = descriptor.indexOf("@", 1);
  const [own, range] = at === -1 ? [descriptor, ""] : [descriptor.slice(0, at), descriptor.slice(at + 1)];
  const alias = range.startsWith("npm:") ? range.slice("npm:".length) : undefined;
  // A folder, a repository, an address: no package of the registry.
  if (alias === undefined && /[:/]/.test(range)) return [];
  const end = alias?.indexOf("@", 1) ?? -1;
  const name = alias === undefined ? own : end === -1 ? alias : alias.slice(0, end);
  const version = valueAt(below, "version");
  if (version === undefined) throw new LockFault("a package has no version", offset);
  const hashes = integrityHashes(valueAt(below, "integrity"));
  return [{ ecosystem: "npm", name, version, use: "unknown", hashes, offset }];
}

/** `resolution: "name@npm:version"`; its `checksum` is of an archive that Yarn makes itself. */
function ofBerry({ offset, below }: Block): readonly LockedPackage[] {
  const resolution = valueAt(below, "resolution") ?? "";
  const at = resolution.indexOf("@npm:", 1);
  if (at === -1) return [];
  const [version = ""] = resolution.slice(at + "@npm:".length).split("::");
  return [{ ecosystem: "npm", name: resolution.slice(0, at), version, use: "unknown", hashes: [], offset }];
}
