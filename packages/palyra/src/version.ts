/** The version of this package; package.json says the same (held by a test), and need not be read for it. */
export const VERSION = "0.1.0";
