// How a script that runs on the sources is bundled into one file for Node: benchmarks, the tests' own processes, the tools of `testing`.
export const sourceBundle = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  conditions: ["palyra-source"],
  // What is native, or there only where it is installed, or finds its own files beside itself.
  external: ["@cedar-policy/cedar-wasm", "@napi-rs/keyring", "@photostructure/sqlite", "node:sqlite", "wabt", "xmlbuilder2"],
  banner: { js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);' },
  logLevel: "error",
};
