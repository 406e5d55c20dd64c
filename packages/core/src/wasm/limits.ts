/**
 * What a module may hold (spec 4.5). Where Palyra's engine and the engines of Node 20 to 24 differ, the smallest holds, so
 * that a verdict is the same on every machine.
 */

export const MAX_MEMORIES = 100;
export const MAX_TABLES = 100;
export const MAX_PARAMS = 1_000;
export const MAX_RESULTS = 1_000;
/** Parameters are locals, too. */
export const MAX_LOCALS = 50_000;
/** Bytes of the UTF-8 of one name: of an import, an export or a custom section. */
export const MAX_NAME_BYTES = 100_000;
/** Bytes of one function's body, its locals included. */
export const MAX_FUNCTION_BYTES = 7_654_321;
export const MAX_TYPES = 1_000_000;
/** Imported ones count. */
export const MAX_FUNCTIONS = 1_000_000;
export const MAX_GLOBALS = 1_000_000;
export const MAX_IMPORTS = 100_000;
export const MAX_EXPORTS = 100_000;
export const MAX_ELEMENT_SEGMENTS = 100_000;
/** Elements of one segment. */
export const MAX_SEGMENT_ELEMENTS = 10_000_000;
export const MAX_DATA_SEGMENTS = 100_000;
/** Targets of one `br_table`, the default not counted. */
export const MAX_BR_TABLE_TARGETS = 65_520;
/** Of any memory argument, as a power of two: no type is wider than 16 bytes. */
export const MAX_ALIGNMENT = 4;
/** Elements that a table may start with. */
export const MAX_TABLE_MINIMUM = 10_000_000n;
/** Pages of 64 KiB that a 32-bit memory may declare. */
export const MAX_PAGES = 65_536n;
/** Of a 64-bit memory: 16 GiB, where every engine of Node ends; the format's own bound is 2^48 pages. */
export const MAX_PAGES_64 = 262_144n;
/** Custom sections and `producers` entries that facts list; more are read, and left out. A module of 8 MB can hold millions. */
export const MAX_LISTED = 1_000;
