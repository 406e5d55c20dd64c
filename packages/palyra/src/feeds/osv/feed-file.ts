/** One record of a feed. */
export interface FeedFile {
  /** For whoever asks which one was refused: a path, a line. */
  readonly name: string;
  /** Absent where it has more than a record may have. */
  readonly bytes?: Uint8Array;
  /** It is named like no record, and was not read. */
  readonly isOther?: boolean;
}

/** Whatever the case: what a record is called must not decide whether it is read (T16). */
export const isRecordName = (name: string): boolean => /\.json$/i.test(name);

/** Why what is named is no feed: a few words. */
export class FeedProblem extends Error {}

/** Bytes of all records of a feed; all that OSV publishes has a tenth of it. */
export const MAX_FEED_BYTES = 64 * 1024 * 1024 * 1024;
