/** Spec 1.2. Bytes of an archive. */
export const MAX_ARCHIVE_BYTES = 64 * 1024 * 1024;

/** Spec 1.2. Bytes of all entries once inflated. */
export const MAX_TOTAL_BYTES = 64 * 1024 * 1024;

/** Spec 1.2. Bytes of one entry once inflated. */
export const MAX_ENTRY_BYTES = 16 * 1024 * 1024;

/** Spec 1.2. Entries, the signature and folders included. */
export const MAX_ENTRIES = 256;

/**
 * Bytes of a deflate stream that inflates to so many: an encoder that gives up on a content stores it, five bytes more
 * for each block or flush. What is longer is blocks of nothing, which take an inflater seconds and give nobody a byte.
 */
export const maxDeflatedBytes = (size: number): number => 2 * size + 1024;

/** Spec 1.6. Bytes of one segment of a path, as UTF-8. */
export const MAX_SEGMENT_BYTES = 255;

/** Spec 1.6. Bytes of a path, as UTF-8. */
export const MAX_PATH_BYTES = 1024;
