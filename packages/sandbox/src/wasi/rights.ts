/** Rights of descriptors, as preview 1 numbers them. */
const bits = (...positions: readonly number[]): bigint => positions.reduce((sum, at) => sum | (1n << BigInt(at)), 0n);

export const RIGHT = {
  fdDatasync: bits(0),
  fdRead: bits(1),
  fdSeek: bits(2),
  fdFdstatSetFlags: bits(3),
  fdSync: bits(4),
  fdTell: bits(5),
  fdWrite: bits(6),
  fdAdvise: bits(7),
  fdAllocate: bits(8),
  pathCreateDirectory: bits(9),
  pathCreateFile: bits(10),
  pathLinkSource: bits(11),
  pathLinkTarget: bits(12),
  pathOpen: bits(13),
  fdReaddir: bits(14),
  pathReadlink: bits(15),
  pathRenameSource: bits(16),
  pathRenameTarget: bits(17),
  pathFilestatGet: bits(18),
  pathFilestatSetSize: bits(19),
  pathFilestatSetTimes: bits(20),
  fdFilestatGet: bits(21),
  fdFilestatSetSize: bits(22),
  fdFilestatSetTimes: bits(23),
  pathSymlink: bits(24),
  pathRemoveDirectory: bits(25),
  pathUnlinkFile: bits(26),
  pollFdReadwrite: bits(27),
} as const;

/** Of a file that is open for reading, for writing, for both. */
const FILE_READ = bits(1, 2, 3, 5, 7, 21, 27);
const FILE_WRITE = bits(0, 2, 3, 4, 5, 6, 7, 8, 21, 22, 23, 27);
/** Without reading or writing: what can be asked of it, and its times. */
const FILE_NEITHER = bits(2, 3, 5, 21, 27);
const FILE_CHANGE = bits(22, 23);

const DIRECTORY_READ = bits(13, 14, 15, 18, 21);
// Linking rights are listed, since C libraries look for them; the calls are refused all the same (spec 10.4).
const DIRECTORY_WRITE = DIRECTORY_READ | bits(9, 10, 11, 12, 16, 17, 19, 20, 23, 24, 25, 26);

/** What a directory has, and what can be had below it. */
export const directoryRights = (write: boolean): { readonly base: bigint; readonly inheriting: bigint } => ({
  base: write ? DIRECTORY_WRITE : DIRECTORY_READ,
  inheriting: write ? DIRECTORY_WRITE | FILE_READ | FILE_WRITE : DIRECTORY_READ | FILE_READ,
});

/** What a root that was granted for reading alone lacks. */
export const WRITING_RIGHTS = (DIRECTORY_WRITE | FILE_WRITE) & ~(DIRECTORY_READ | FILE_READ);

export const isDirectoryRight = (rights: bigint): bigint => rights & (DIRECTORY_READ | DIRECTORY_WRITE);

/** What an open file has. Programs ask for more than they use, and for less: what counts is reading, writing, and what the directory has to give. */
export function fileRights(asked: bigint, inheriting: bigint): bigint {
  const reads = (asked & RIGHT.fdRead) !== 0n;
  const writes = (asked & RIGHT.fdWrite) !== 0n;
  const mode = (reads ? FILE_READ : 0n) | (writes ? FILE_WRITE : 0n) | FILE_NEITHER | (asked & FILE_CHANGE);
  return mode & inheriting;
}

export const STDIN_RIGHTS = bits(1, 3, 21, 27);
export const STDOUT_RIGHTS = bits(0, 3, 4, 6, 21, 27);
