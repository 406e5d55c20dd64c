import { finding, moduleRule, pass } from "../rule.ts";
import { quoted } from "../wording.ts";

/** Palyra compares without case, and without the white space that its language trims. */
const isFilesystem = (module: string): boolean =>
  module
    .replace(/^\p{White_Space}+/u, "")
    .toLowerCase()
    .startsWith("wasi:filesystem");

/** Palyra's own check, which sees no more than this (T14); `wasm_imports_declared` sees the rest. */
export const wasmWasiFilesystemImports = moduleRule({
  id: "wasm_wasi_filesystem_imports",
  severity: "error",
  asks: "Does a module that imports `wasi:filesystem`, which is preview 2 (of preview 1 says `wasm_imports_declared`), belong to a skill that declares roots?",
  why: "A module that opens files while its manifest asks for none does something else than it says.",
  references: ["CWE-250"],
  advice: "Declare the roots in `capabilities.filesystem`, or build without the import.",
  example: {
    flagged: '(import "wasi:filesystem/types@0.2.0" "read" (func))\n;; and no root in `capabilities.filesystem`',
    passes: '(import "wasi:clocks/wall-clock@0.2.0" "now" (func))',
  },
  check: ({ path, facts }, { manifest }) => {
    const { read_roots, write_roots } = manifest.capabilities.filesystem;
    const filesystem_declared = read_roots.length + write_roots.length > 0;
    const details = { module_path: path, filesystem_declared };
    const found = facts.imports.find(({ module }) => isFilesystem(module));
    if (found === undefined) return [pass(`${quoted(path)} imports nothing of \`wasi:filesystem\`.`, details)];
    const imports = `${quoted(path)} imports ${quoted(found.module)} (at byte ${found.offset})`;
    if (filesystem_declared) return [pass(`${imports}, and the manifest declares roots.`, details)];
    return [
      finding(
        "fail",
        `${imports}, and the manifest declares no root. Declare what it needs in \`capabilities.filesystem\`, or build ` +
          "without the import.",
        details,
      ),
    ];
  },
});
