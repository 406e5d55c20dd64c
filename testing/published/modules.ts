import type { PublishedCase, SkillParts } from "./case.ts";

const module =
  (check: string, status: "fail" | "warn") =>
  (id: string, by: string, url: string, skill: SkillParts): PublishedCase => ({
    id,
    source: { by, url },
    flags: { check, status },
    skill,
  });

const imports = module("wasm_imports_declared", "fail");
const invalid = module("wasm_module_validation", "fail");

/** A module that calls one import from its entry. */
const calls = (from: string, name: string, type = "", args = "", drops = ""): string =>
  `(module (import "${from}" "${name}" (func $f ${type})) (memory (export "memory") 1) (func (export "_start") ${args} call $f ${drops}))`;

const WASI = "wasi_snapshot_preview1";
const I32 = (count: number): string => "i32.const 0 ".repeat(count);

/** What a module takes that nobody gave it. */
export const IMPORTS: readonly PublishedCase[] = [
  imports(
    "preview1-path-open",
    "Palyra's audit sees `wasi:filesystem` only (spec 9, T14)",
    "https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md",
    {
      wat: calls(
        WASI,
        "path_open",
        "(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)",
        `${I32(5)} i64.const 0 i64.const 0 ${I32(2)}`,
        "drop",
      ),
    },
  ),
  imports(
    "wasmer-path-traversal",
    "Wasmer, CVE-2023-51661",
    "https://github.com/wasmerio/wasmer/security/advisories/GHSA-4mq4-7rw3-vm5j",
    {
      wat: calls(WASI, "path_symlink", "(param i32 i32 i32 i32 i32) (result i32)", I32(5), "drop"),
    },
  ),
  imports("wasmtime-rename", "Node.js WASI and uvwasi, as documented", "https://nodejs.org/docs/latest-v20.x/api/wasi.html", {
    wat: calls(WASI, "path_rename", "(param i32 i32 i32 i32 i32 i32) (result i32)", I32(6), "drop"),
  }),
  imports("wasmedge-sockets", "WasmEdge", "https://wasmedge.org/docs/develop/wasmedge/extensions/", {
    wat: calls(WASI, "sock_open", "(param i32 i32 i32) (result i32)", I32(3), "drop"),
  }),
  imports("preview1-sock-send", "WASI preview 1", "https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md", {
    wat: calls(WASI, "sock_send", "(param i32 i32 i32 i32 i32) (result i32)", I32(5), "drop"),
  }),
  imports("threads-spawn", "wasi-threads", "https://github.com/WebAssembly/wasi-threads", {
    wat: calls("wasi", "thread-spawn", "(param i32) (result i32)", I32(1), "drop"),
  }),
  imports("preview2-http", "WASI 0.2", "https://github.com/WebAssembly/wasi-http", {
    wat: calls("wasi:http/outgoing-handler@0.2.0", "handle", "(param i32 i32 i32 i32)", I32(4)),
  }),
  imports(
    "emscripten-run-script",
    "Emscripten: `emscripten_run_script` evaluates JavaScript; Lehmann et al., USENIX Security 2020",
    "https://www.usenix.org/conference/usenixsecurity20/presentation/lehmann",
    {
      wat: calls("env", "emscripten_run_script", "(param i32)", I32(1)),
    },
  ),
  imports("miner-through-env", "Musch et al., DIMVA 2019", "https://www.ias.cs.tu-bs.de/publications/wasm-inthewild.pdf", {
    wat: calls("env", "_submit_hash", "(param i32 i32)", I32(2)),
  }),
  imports("extism-http", "Extism", "https://extism.org/docs/concepts/host-functions/", {
    wat: calls("extism:host/env", "http_request", "(param i64 i64) (result i64)", "i64.const 0 i64.const 0", "drop"),
  }),
  imports("wasm-bindgen-eval", "wasm-bindgen", "https://rustwasm.github.io/docs/wasm-bindgen/", {
    wat: calls("wbg", "__wbg_eval_0123456789abcdef", "(param i32 i32) (result i32)", I32(2), "drop"),
  }),
  imports("go-js-value-call", "Go, `syscall/js`", "https://pkg.go.dev/syscall/js", {
    wat: calls("gojs", "syscall/js.valueCall", "(param i32)", I32(1)),
  }),
  imports(
    "forged-type",
    "an import of the right name and another type: Wasmtime, CVE-2021-39219 (type confusion of functions at a link)",
    "https://github.com/bytecodealliance/wasmtime/security/advisories/GHSA-q879-9g95-56mx",
    {
      wat: calls(WASI, "fd_write", "(param i64) (result i32)", "i64.const 0", "drop"),
    },
  ),
];

/** `count` types in one recursion group, each an empty function type. */
function recursionGroup(): Uint8Array {
  return new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x4e, 1, 0x60, 0, 0]);
}
const header = [0, 0x61, 0x73, 0x6d];
const wasm = (...sections: readonly number[]): Uint8Array => new Uint8Array([...header, 1, 0, 0, 0, ...sections]);
const FUNC_TYPE = [1, 4, 1, 0x60, 0, 0];

/** Engines' own bugs were often in what is refused here. */
export const REFUSED: readonly PublishedCase[] = [
  invalid("v8-gc-type-confusion", "Manfred Paul, Pwn2Own 2024, CVE-2024-2887", "https://nvd.nist.gov/vuln/detail/CVE-2024-2887", {
    bytes: recursionGroup(),
  }),
  invalid(
    "wasmtime-externref-gc",
    "Wasmtime, CVE-2021-39216",
    "https://github.com/bytecodealliance/wasmtime/security/advisories/GHSA-v4cp-h94r-m7xf",
    {
      bytes: wasm(1, 5, 1, 0x60, 1, 0x6f, 0),
    },
  ),
  invalid(
    "wasmtime-externref-epoch",
    "Wasmtime, CVE-2022-24791",
    "https://github.com/bytecodealliance/wasmtime/security/advisories/GHSA-gwc9-348x-qwv2",
    {
      bytes: wasm(...FUNC_TYPE, 3, 2, 1, 0, 10, 8, 1, 6, 1, 1, 0x6f, 0x01, 0x01, 0x0b),
    },
  ),
  invalid(
    "wasmtime-externref-stack-map",
    "Wasmtime, CVE-2021-39218",
    "https://github.com/bytecodealliance/wasmtime/security/advisories/GHSA-4873-36h9-wv49",
    {
      bytes: wasm(...FUNC_TYPE, 3, 2, 1, 0, 10, 7, 1, 5, 0, 0xd0, 0x6f, 0x1a, 0x0b),
    },
  ),
  invalid(
    "legacy-exceptions",
    "WebAssembly exception handling, the old form",
    "https://github.com/WebAssembly/exception-handling",
    {
      bytes: wasm(...FUNC_TYPE, 3, 2, 1, 0, 13, 3, 1, 0, 0, 10, 4, 1, 2, 0, 0x0b),
    },
  ),
  invalid("atomics-timer", "Schwarz et al., shared memories as clocks", "https://gruss.cc/files/fantastictimers.pdf", {
    wat: '(module (memory 1 1 shared) (func (export "_start") i32.const 0 i32.const 1 i32.atomic.rmw.add drop))',
  }),
  invalid("text-format-as-wasm", "Palyra's engine takes the text format (spec 9, T17)", "https://docs.rs/wat/latest/wat/", {
    bytes: new TextEncoder().encode('(module (func (export "_start")))'),
  }),
  invalid(
    "component-as-module",
    "the component model's binary layer",
    "https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md",
    {
      bytes: new Uint8Array([...header, 0x0d, 0, 1, 0]),
    },
  ),
];

/** What a module brings along. */
export const LEFTOVERS: readonly PublishedCase[] = [
  module("wasm_opaque_content", "warn")(
    "nested-module",
    "Cabrera Arteaga et al., WebAssembly diversification and nested modules for evasion",
    "https://arxiv.org/abs/2212.08427",
    {
      data: `\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a\x04\x01\x02\0\x0b${"x".repeat(64)}`,
    },
  ),
  module("wasm_opaque_content", "warn")(
    "dropped-executable",
    "MITRE ATT&CK T1027.009, embedded payloads",
    "https://attack.mitre.org/techniques/T1027/009/",
    {
      data: `\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0${"\0".repeat(64)}`,
    },
  ),
  module("wasm_build_paths", "warn")(
    "build-path-of-a-person",
    "rust-lang/rust#40552: paths of the builder's home in binaries",
    "https://github.com/rust-lang/rust/issues/40552",
    {
      data: "/home/jane.doe/.cargo/registry/src/index.crates.io-6f17d22bba15001f/serde-1.0.203/src/de/mod.rs",
    },
  ),
];
