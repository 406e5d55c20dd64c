// What the benchmarks work on: artifacts that are built here, from real modules that npm packages of the workspace ship.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
export const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const file = (name) => new Uint8Array(readFileSync(name));

/** Real modules: C through Emscripten, Rust through wasm-bindgen, Go. */
export const modules = [
  { name: "sql.js 0.7 MB", bytes: file(require.resolve("sql.js/dist/sql-wasm.wasm")) },
  { name: "resvg 2.5 MB", bytes: file(join(dirname(require.resolve("@resvg/resvg-wasm")), "index_bg.wasm")) },
  { name: "esbuild 14 MB", bytes: file(require.resolve("esbuild-wasm/esbuild.wasm")) },
];
export const example = {
  manifest: file(join(repository, "examples/echo-http/skill.toml")),
  module: file(join(repository, "examples/echo-http/echo.wasm")),
};

export const secretKey = new Uint8Array(32).fill(7);
const text = (value) => new TextEncoder().encode(JSON.stringify(value));
export const sbom = text({ bomFormat: "CycloneDX", specVersion: "1.5", version: 1, components: [] });
export const provenance = text({ builder: { id: "https://example.com/bench" }, subject: [{ name: "modules", digest: {} }] });

/** Input of `buildArtifact` for the given modules and assets, `[{ path, bytes }]` without the folders that the writer adds. */
export const buildInput = (moduleEntries, assets = []) => ({
  manifest: example.manifest,
  modules: moduleEntries,
  assets,
  sbom,
  provenance,
  secretKey,
  layout: "namespaced",
  signedAtUnixMs: 1_700_000_000_000n,
});

/** Bytes that deflate to about a third, the same on every run. */
export function compressible(length, seed = 1) {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = i % 7 < 4 ? 97 + (state >>> 28) : state >>> 24;
  }
  return bytes;
}
