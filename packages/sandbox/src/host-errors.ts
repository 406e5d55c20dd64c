/** Error numbers of WASI preview 1 that this host gives. */
export const ERRNO = {
  success: 0,
  acces: 2,
  again: 6,
  badf: 8,
  busy: 10,
  dquot: 19,
  exist: 20,
  fault: 21,
  fbig: 22,
  ilseq: 25,
  inval: 28,
  io: 29,
  isdir: 31,
  loop: 32,
  mfile: 33,
  nametoolong: 37,
  nfile: 41,
  nobufs: 42,
  noent: 44,
  nomem: 48,
  nospc: 51,
  notdir: 54,
  notempty: 55,
  notsock: 57,
  notsup: 58,
  overflow: 61,
  perm: 63,
  pipe: 64,
  rofs: 69,
  spipe: 70,
  xdev: 75,
  notcapable: 76,
} as const;

/** Errors of `palyra:skills/host@1` (spec 10.4); the parent answers with them as well. */
export const HOST_ERROR = {
  /** An argument that is none: a range outside the memory, a text that is no UTF-8, a head that is not as it must be. */
  invalid: -1,
  /** Not granted. */
  denied: -2,
  /** No such request, secret or file. */
  notFound: -3,
  /** More than a limit allows. */
  tooLarge: -4,
  /** The network, the other side or the disk. */
  failed: -5,
  timedOut: -6,
  /** Too many at once. */
  busy: -7,
} as const;
