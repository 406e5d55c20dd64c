import { ERRNO } from "palyra-sandbox/host-messages";
import { systemCode } from "../../files/index.ts";

/** Why something of a root was not done: an error number of WASI. */
export class FileFault extends Error {
  readonly errno: number;

  constructor(errno: number) {
    super(`errno ${errno}`);
    this.name = "FileFault";
    this.errno = errno;
  }
}

const NUMBERS: { readonly [code: string]: number } = {
  EACCES: ERRNO.acces,
  EBUSY: ERRNO.busy,
  EDQUOT: ERRNO.dquot,
  EEXIST: ERRNO.exist,
  EFBIG: ERRNO.fbig,
  EINVAL: ERRNO.inval,
  EISDIR: ERRNO.isdir,
  ELOOP: ERRNO.loop,
  EMFILE: ERRNO.mfile,
  ENAMETOOLONG: ERRNO.nametoolong,
  ENFILE: ERRNO.nfile,
  ENOENT: ERRNO.noent,
  ENOSPC: ERRNO.nospc,
  ENOTDIR: ERRNO.notdir,
  ENOTEMPTY: ERRNO.notempty,
  EPERM: ERRNO.perm,
  EROFS: ERRNO.rofs,
  EXDEV: ERRNO.xdev,
};

/** The number of an error of the system; what is none of its errors is thrown again. */
export function errnoOf(error: unknown): number {
  if (error instanceof FileFault) return error.errno;
  const code = systemCode(error);
  if (code === undefined) throw error;
  return NUMBERS[code] ?? ERRNO.io;
}
