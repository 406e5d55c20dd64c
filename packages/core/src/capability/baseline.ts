import type { ModuleFacts } from "../wasm/index.ts";

/**
 * Functions of `wasi_snapshot_preview1` beyond the basic class that a toolchain links into programs that never call them, by what the
 * `producers` section names (spec 4.4). The runtime refuses them all the same, so they are worth a warning.
 *
 * Go: tried with Go 1.26 on programs that read stdin and write stdout, with and without `text/template`, `encoding/xml` and `net/http`; methods
 * of `os.File` stay in as soon as anything calls by reflection. Rust: the panic handler of older standard libraries looks
 * for debug information. C and C++: `fopen` of the C library, by way of locales. TinyGo: `os.File` behind an interface.
 */
const BASELINES: readonly { readonly producer: RegExp; readonly functions: readonly string[] }[] = [
  {
    producer: /^go( cmd\/compile)?$/i,
    functions: [
      "fd_readdir",
      "fd_filestat_set_size",
      "path_filestat_get",
      "path_open",
      "path_readlink",
      "path_remove_directory",
      "path_unlink_file",
      "sock_accept",
      "sock_shutdown",
    ],
  },
  { producer: /^tinygo/i, functions: ["fd_readdir", "path_filestat_get", "path_open"] },
  { producer: /^(rust|rustc)$/i, functions: ["path_open"] },
  { producer: /^(clang|c|c\d\d|c_plus_plus.*|c\+\+.*)$/i, functions: ["path_open"] },
];

/** Imports, as `<module>.<name>`, that belong to the baseline of the toolchains that a module names. */
export function toolchainBaseline(producers: ModuleFacts["producers"]): ReadonlySet<string> {
  return new Set(
    BASELINES.filter(({ producer }) => producers.some(({ name }) => producer.test(name))).flatMap(({ functions }) =>
      functions.map((name) => `wasi_snapshot_preview1.${name}`),
    ),
  );
}
