/** What one call may do through its broker. Refused beyond, never cut silently. */
export interface BrokerLimits {
  /** Bytes that a call writes into its roots, sparse growth included. */
  readonly writtenBytes: number;
  /** Bytes of one file. */
  readonly fileBytes: number;
  /** Files and directories that a call makes. */
  readonly created: number;
  /** Directories and files open at once. */
  readonly handles: number;
  /** Names of one directory that is listed. */
  readonly entries: number;
  /** Names and entries that a call's listings look at together, however few of them are given back (T40). */
  readonly looked: number;
  readonly http: HttpLimits;
}

export interface HttpLimits {
  /** Requests of one call, and those that are under way or not closed at once. */
  readonly requests: number;
  readonly open: number;
  readonly redirects: number;
  /** Bytes of a request's body, of an answer's head, of an answer's body. */
  readonly requestBytes: number;
  readonly headBytes: number;
  readonly answerBytes: number;
  /** Milliseconds until the head of the answer, and until its last byte. */
  readonly headMs: number;
  readonly totalMs: number;
}

export const BROKER_LIMITS: BrokerLimits = {
  writtenBytes: 64 * 1024 * 1024,
  fileBytes: 1024 * 1024 * 1024,
  created: 4096,
  handles: 512,
  entries: 16_384,
  looked: 262_144,
  http: {
    requests: 64,
    open: 8,
    redirects: 5,
    requestBytes: 1024 * 1024,
    headBytes: 32 * 1024,
    answerBytes: 16 * 1024 * 1024,
    headMs: 30_000,
    totalMs: 60_000,
  },
};
