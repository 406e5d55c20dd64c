/** Imports of others' hosts, and what to build instead (spec 4.6). The first that fits is it. */
export interface ForeignImport {
  /** What a person calls it. */
  readonly toolchain: string;
  /** What to do, as an imperative: `build for wasm32-wasip1`. */
  readonly instead: string;
  readonly module: RegExp;
  /** Any name where it is absent. */
  readonly name?: RegExp;
}

const COMMAND = "build a WASI preview 1 command that reads stdin and writes stdout";

const FOREIGN: readonly ForeignImport[] = [
  {
    toolchain: "WASI preview 2 or 3 (the component model)",
    instead: "build for `wasm32-wasip1`, not `wasm32-wasip2` and without a component adapter",
    module: /^(wasi:|wasi_snapshot_preview2|cm32p2|\[export\]|\$root$)/,
  },
  { toolchain: "WASIX", instead: "build for `wasm32-wasip1` without WASIX", module: /^wasix_/ },
  {
    toolchain: "a WASI proposal that is not part of preview 1",
    instead: COMMAND,
    module: /^wasi_(ephemeral_|nn|crypto|http|threads)/,
  },
  { toolchain: "an Extism plug-in kit", instead: COMMAND, module: /^extism:/ },
  {
    toolchain: "wasm-bindgen",
    instead: "build for `wasm32-wasip1` without wasm-bindgen and JavaScript glue",
    module: /^(wbg$|__wbindgen_|\.\/.{1,200}_bg\.js$)/,
  },
  {
    toolchain: "Go for JavaScript",
    instead: "build with `GOOS=wasip1 GOARCH=wasm` (TinyGo: `-target=wasip1`)",
    module: /^(gojs|go)$/,
  },
  { toolchain: "TinyGo for JavaScript", instead: "build with `-target=wasip1`", module: /^env$/, name: /^syscall\/js\./ },
  {
    toolchain: "AssemblyScript",
    instead: "give `--use abort=<a function of your own>`, and declare preview 1's functions with `@external`",
    module: /^(env|index)$/,
    name: /^(abort|trace|seed|console\.log|Date\.now|Math\.random|performance\.now)$/,
  },
  {
    toolchain: "Emscripten",
    instead: "build with wasi-sdk for `wasm32-wasip1`",
    module: /^(env|wasi_snapshot_preview1|wasi_unstable)$/,
    name: /^(_?emscripten_|_?em_|__syscall_|___syscall|invoke_|__cxa_|_?__assert_fail$|__resumeException$|llvm_|_abort_js$|_[a-z0-9_]+_js$|setTempRet0$|getTempRet0$|__call_sighandler$|strftime|__handle_stack_overflow$|warnLegacyFunction$|segfault$|alignfault$)/,
  },
  { toolchain: "Emscripten (names shortened)", instead: "build with wasi-sdk for `wasm32-wasip1`", module: /^a$/ },
  {
    toolchain: "a dynamically linked module",
    instead: "link statically, for `wasm32-wasip1`",
    module: /^(GOT\.(mem|func)$|env$)/,
    name: /^(__memory_base|__table_base|__stack_pointer|__indirect_function_table|__linear_memory|__tls_base)/,
  },
  { toolchain: "Javy, dynamically linked", instead: "build without `-C dynamic`", module: /^javy_/ },
  { toolchain: "proxy-wasm", instead: COMMAND, module: /^env$/, name: /^proxy_/ },
  { toolchain: "waPC", instead: COMMAND, module: /^wapc$/ },
  { toolchain: "Fastly Compute", instead: COMMAND, module: /^fastly_/ },
  { toolchain: "the Internet Computer", instead: COMMAND, module: /^ic0$/ },
  {
    toolchain: "an interface of the component model",
    instead: COMMAND,
    module: /^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*\/[a-z]/,
  },
  { toolchain: ".NET for the browser", instead: "build for `wasi-wasm`", module: /^(libSystem\.|dotnet|mono)/ },
];

/** Whose import this is; undefined where nobody known makes it. */
export const foreignImport = (module: string, name: string): ForeignImport | undefined =>
  FOREIGN.find((foreign) => foreign.module.test(module) && (foreign.name?.test(name) ?? true));
