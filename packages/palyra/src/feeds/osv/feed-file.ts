/** One record of a feed. */
export interface FeedFile {
  /** For whoever asks which one was refused: a path, a line. */
  readonly name: string;
  /** Absent where it has more than a record may have. */
  readonly bytes?: Uint8Array;
}

/** Why what is named is no feed: a few words. */
export class FeedProblem extends Error {}

/** Bytes of all records of a feed; all that OSV publishes has a tenth of it. */
export const MAX_FEED_BYTES = 64 * 1024 * 1024 * 1024;
