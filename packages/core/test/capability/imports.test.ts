import { describe, expect, it } from "vitest";
import { classifyImport, type ImportClass, isImportDeclared, toolchainBaseline } from "../../src/capability/index.ts";
import type { FunctionType, ImportFact, ValueType } from "../../src/wasm/index.ts";

const VALUES: Record<string, ValueType> = { i: "i32", I: "i64" };
const type = (params: string, results: string): FunctionType => ({
  params: Array.from(params, (letter) => VALUES[letter] ?? "f64"),
  results: Array.from(results, (letter) => VALUES[letter] ?? "f64"),
});
const fact = (module: string, name: string, params = "", results = ""): ImportFact => ({
  module,
  name,
  kind: "function",
  type: type(params, results),
  offset: 0,
});
const classOf = (...of: Parameters<typeof fact>): ImportClass => classifyImport(fact(...of)).class;
const WASI = "wasi_snapshot_preview1";

const capabilities = (roots: { read?: string[]; write?: string[] }, hosts: string[] = [], keys: string[] = []) =>
  ({
    filesystem: { read_roots: roots.read ?? [], write_roots: roots.write ?? [] },
    http_egress_allowlist: hosts,
    secrets: keys.length === 0 ? [] : [{ scope: "skill:acme.echo", key_names: keys }],
    device_capabilities: [],
    node_capabilities: [],
    quotas: { wall_clock_timeout_ms: 1n, fuel_budget: 1n, max_memory_bytes: 1n },
    wildcard_opt_in: { filesystem: false, http_egress: false, secrets: false, device: false, node: false },
  }) as const;

describe("T14: every import is classed by one table (spec 4.6)", () => {
  it.each([
    ["args_sizes_get", "ii", "basic"],
    ["clock_time_get", "iIi", "basic"],
    ["random_get", "ii", "basic"],
    ["poll_oneoff", "iiii", "basic"],
    ["fd_write", "iiii", "basic"],
    ["fd_seek", "iIii", "basic"],
    ["fd_pwrite", "iiiIi", "basic"],
    ["fd_prestat_dir_name", "iii", "basic"],
    ["path_open", "iiiiiIIii", "filesystem"],
    ["path_filestat_get", "iiiii", "filesystem"],
    ["fd_readdir", "iiiIi", "filesystem"],
    ["fd_fdstat_set_rights", "iII", "filesystem"],
    ["path_unlink_file", "iii", "filesystem_write"],
    ["path_rename", "iiiiii", "filesystem_write"],
    ["fd_allocate", "iII", "filesystem_write"],
    ["fd_filestat_set_size", "iI", "filesystem_write"],
    ["fd_filestat_set_times", "iIIi", "filesystem_write"],
    ["sock_accept", "iii", "network"],
    ["sock_send", "iiiii", "network"],
    ["proc_raise", "i", "process"],
  ] as const)("%s(%s) is %s", (name, params, expected) => {
    expect(classOf(WASI, name, params, "i")).toBe(expected);
  });

  it("proc_exit gives nothing", () => {
    expect(classOf(WASI, "proc_exit", "i", "")).toBe("basic");
    expect(classOf(WASI, "proc_exit", "i", "i")).toBe("not_provided");
  });

  it("the right name with the wrong type is not provided, and says what it should be", () => {
    expect(classifyImport(fact(WASI, "path_open"))).toMatchObject({
      class: "not_provided",
      problem: "wrong_type",
      expected: type("iiiiiIIii", "i"),
    });
    expect(classOf(WASI, "fd_write", "iiiI", "i")).toBe("not_provided");
    expect(classOf(WASI, "fd_write", "iiii", "")).toBe("not_provided");
    expect(classifyImport({ module: WASI, name: "fd_write", kind: "global", offset: 0 }).problem).toBe("wrong_type");
  });

  it("wasi_unstable is the same where the functions are the same", () => {
    expect(classOf("wasi_unstable", "fd_write", "iiii", "i")).toBe("basic");
    expect(classOf("wasi_unstable", "path_open", "iiiiiIIii", "i")).toBe("filesystem");
    for (const [name, params] of [
      ["fd_filestat_get", "ii"],
      ["path_filestat_get", "iiiii"],
      ["fd_seek", "iIii"],
      ["poll_oneoff", "iiii"],
    ] as const) {
      expect(classifyImport(fact("wasi_unstable", name, params, "i"))).toMatchObject({
        class: "not_provided",
        problem: "other_meaning",
      });
    }
  });

  it("Palyra's two interfaces have their functions and no others", () => {
    const handles = "palyra:plugins/host-capabilities@0.1.0";
    for (const kind of ["http", "secret", "storage", "channel"]) {
      expect(classOf(handles, `${kind}-count`, "", "i")).toBe("handles");
      expect(classOf(handles, `${kind}-handle`, "i", "i")).toBe("handles");
      expect(classOf(handles, `${kind}-handle`, "I", "i")).toBe("not_provided");
    }
    expect(classOf(handles, "device-count", "", "i")).toBe("not_provided");
    expect(classOf("palyra:plugins/host-capabilities@0.2.0", "http-count", "", "i")).toBe("not_provided");
    expect(classOf("palyra:skills/host@1", "http-send", "iiii", "i")).toBe("http");
    expect(classOf("palyra:skills/host@1", "secret-read", "iiii", "i")).toBe("secrets");
    expect(classOf("palyra:skills/host@1", "storage-write", "iiii", "i")).toBe("storage");
    expect(classOf("palyra:skills/host@1", "run-process", "ii", "i")).toBe("not_provided");
  });

  it.each([
    ["wasi:filesystem/types@0.2.0", "open-at", "preview 2"],
    ["wasi:http/outgoing-handler@0.3.0", "handle", "preview 2"],
    ["wasix_32v1", "proc_fork", "WASIX"],
    ["extism:host/env", "input_length", "Extism"],
    ["wbg", "__wbindgen_throw", "wasm-bindgen"],
    ["__wbindgen_placeholder__", "__wbindgen_describe", "wasm-bindgen"],
    ["./tool_bg.js", "__wbg_log", "wasm-bindgen"],
    ["gojs", "runtime.wasmWrite", "Go for JavaScript"],
    ["go", "debug", "Go for JavaScript"],
    ["env", "syscall/js.valueGet", "TinyGo"],
    ["env", "abort", "AssemblyScript"],
    ["env", "emscripten_notify_memory_growth", "Emscripten"],
    ["env", "__syscall_openat", "Emscripten"],
    ["env", "invoke_vii", "Emscripten"],
    ["a", "b", "Emscripten"],
    ["env", "__memory_base", "dynamically linked"],
    ["acme:tools/api@1.0.0", "call", "component model"],
  ])("%s %s is not provided, and named", (module, name, toolchain) => {
    const grant = classifyImport(fact(module, name));
    expect(grant).toMatchObject({ class: "not_provided", needs: "never", problem: "foreign" });
    expect(grant.toolchain).toContain(toolchain);
    expect(grant.instead).toBeTruthy();
  });

  it("anything unknown, look-alikes included, is not provided", () => {
    for (const module of [
      "",
      "WASI_SNAPSHOT_PREVIEW1",
      " wasi_snapshot_preview1",
      "wasi_snapshot_preview1\0",
      "host",
      "__proto__",
    ]) {
      expect(classOf(module, "fd_write", "iiii", "i")).toBe("not_provided");
    }
    for (const name of ["", "fd_write ", "FD_WRITE", "constructor", "__proto__"]) {
      expect(classOf(WASI, name, "iiii", "i")).toBe("not_provided");
    }
    expect(classifyImport({ module: "env", name: "memory", kind: "memory", offset: 0 }).class).toBe("not_provided");
  });

  it("threads and sockets are never granted", () => {
    expect(classifyImport(fact("wasi", "thread-spawn", "i", "i"))).toMatchObject({ class: "process", needs: "never" });
    expect(classifyImport(fact(WASI, "sock_open", "iii", "i"))).toMatchObject({ class: "network", needs: "never" });
  });
});

describe("what a manifest must declare for an import (spec 4.6)", () => {
  const declared = (of: ImportFact, has: ReturnType<typeof capabilities>): boolean => isImportDeclared(classifyImport(of), has);
  const all = capabilities({ read: ["r"], write: ["w"] }, ["api.acme.test"], ["token"]);

  it("a root for reading, a write root for writing", () => {
    const open = fact(WASI, "path_open", "iiiiiIIii", "i");
    const unlink = fact(WASI, "path_unlink_file", "iii", "i");
    expect(declared(open, capabilities({}))).toBe(false);
    expect(declared(open, capabilities({ read: ["r"] }))).toBe(true);
    expect(declared(open, capabilities({ write: ["w"] }))).toBe(true);
    expect(declared(unlink, capabilities({ read: ["r"] }))).toBe(false);
    expect(declared(unlink, capabilities({ write: ["w"] }))).toBe(true);
  });

  it("hosts for HTTP, keys for secrets, roots for storage", () => {
    const host = "palyra:skills/host@1";
    for (const of of [
      fact(host, "http-send", "iiii", "i"),
      fact(host, "secret-read", "iiii", "i"),
      fact(host, "storage-list", "iiii", "i"),
    ]) {
      expect(declared(of, capabilities({}))).toBe(false);
      expect(declared(of, all)).toBe(true);
    }
    expect(declared(fact(host, "storage-remove", "ii", "i"), capabilities({ read: ["r"] }))).toBe(false);
  });

  it("nothing for the basic class and for handles; nothing helps with sockets, processes and strangers", () => {
    expect(declared(fact(WASI, "fd_read", "iiii", "i"), capabilities({}))).toBe(true);
    expect(declared(fact("palyra:plugins/host-capabilities@0.1.0", "secret-count", "", "i"), capabilities({}))).toBe(true);
    for (const of of [fact(WASI, "sock_recv", "iiiiii", "i"), fact(WASI, "proc_raise", "i", "i"), fact("env", "x")]) {
      expect(declared(of, all)).toBe(false);
    }
  });
});

describe("what toolchains link though it is not used (spec 4.4)", () => {
  const go = [
    { field: "language", name: "Go", version: "go1.26.8" },
    { field: "processed-by", name: "Go cmd/compile", version: "go1.26.8" },
  ];

  it("knows the baseline of the toolchain that a module names", () => {
    expect(toolchainBaseline(go)).toContain("wasi_snapshot_preview1.sock_accept");
    expect(toolchainBaseline([{ field: "language", name: "Rust", version: "" }])).toContain("wasi_snapshot_preview1.path_open");
    expect(
      toolchainBaseline([{ field: "processed-by", name: "clang", version: "18" }]).has("wasi_snapshot_preview1.sock_accept"),
    ).toBe(false);
  });

  it("holds no other import, and none for a module that names nothing or somebody unknown", () => {
    expect(toolchainBaseline(go).has("wasi_snapshot_preview1.path_symlink")).toBe(false);
    expect(toolchainBaseline([]).size).toBe(0);
    expect(toolchainBaseline([{ field: "language", name: "Gopher", version: "" }]).size).toBe(0);
  });
});
