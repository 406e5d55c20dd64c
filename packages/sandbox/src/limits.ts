/** What may pass between the host and a call in its process (spec 10.3). Bytes, where nothing else is said. */

const KIBI = 1024;
const MEBI = 1024 * KIBI;

/** Of one module: an entry of an artifact (spec 1.2). */
export const MAX_MODULE_BYTES = 16 * MEBI;
/** Of the request on stdin. */
export const MAX_INPUT_BYTES = MEBI;
/** Of one schema's JSON. */
export const MAX_SCHEMA_BYTES = MEBI;
/** Of stdout; one byte more ends the call. */
export const MAX_OUTPUT_BYTES = MEBI;
/** Of stderr; what is more is dropped, and the log says so. */
export const MAX_LOG_BYTES = 64 * KIBI;
/** What it says then. */
export const LOG_CUT = "\n[the log is cut here: of a call 65,536 bytes are kept]\n";
/** Of the JSON that says more about an outcome. */
export const MAX_DETAILS_BYTES = 16 * KIBI;
/** Of a name: a tool's, a root's, an export's, a grant's. */
export const MAX_NAME_BYTES = 4 * KIBI;
/** Grants of one class, or roots. */
export const MAX_GRANTS = 10_000;
/** Of all grants and roots together, a few for each beside its name. */
export const MAX_GRANTS_BYTES = 4 * MEBI;
/** Of what one request to the host and its answer hold; their own fields are bounded by whoever reads them. */
export const MAX_HOST_MESSAGE_BYTES = MEBI + 128 * KIBI;

/** Spec 10.1: elements of all tables together. */
export const MAX_TABLE_ELEMENTS = 100_000;
/** The fuel of a call at most: its counter is a signed 64-bit number. */
export const MAX_FUEL = 2n ** 63n - 1n;
/** Modules that one process keeps compiled. */
export const MAX_KEPT_MODULES = 16;
