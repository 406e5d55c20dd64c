import type { TraceMatch } from "../../text/secrets/index.ts";
import type { Finding } from "../finding.ts";
import { findings, moduleRule, pass } from "../rule.ts";
import { counted, named, quoted } from "../wording.ts";

export const wasmBuildPaths = moduleRule({
  id: "wasm_build_paths",
  severity: "warning",
  asks: "Do paths in the module tell who built it, and where?",
  why: "A path of the author's home tells a name to everybody who has the skill, and makes two builds of one source differ.",
  references: ["CWE-200", "CWE-497"],
  advice: "Build with the paths taken out: `--remap-path-prefix` (Rust), `-trimpath` (Go), `-ffile-prefix-map` (C).",
  example: {
    flagged: '(data (i32.const 0) "/home/ada/.cargo/registry/src/index/serde/src/de.rs")',
    passes: '(data (i32.const 0) "/home/runner/work/echo/src/main.rs")',
  },
  check: ({ path }, { traces }) => {
    const paths = traces.find((file) => file.path === path)?.paths ?? [];
    const homes = homesOf(paths);
    if (homes.length === 0) return [pass(`${quoted(path)} names nobody's home.`, { module_path: path })];
    const found = homes.map(({ home, offset, count }): Finding => {
      const message = `${counted(count, "path")} in the module ${count === 1 ? "lies" : "lie"} in this home. Build with the paths taken out.`;
      return { code: "home_path", status: "warn", message, place: { file: path, offset }, quote: home };
    });
    const inWords = named(homes, ({ home }) => quoted(home), ", ");
    return [
      findings(`${quoted(path)} names paths of whoever built it: ${inWords}. Build with the paths taken out.`, found, {
        module_path: path,
      }),
    ];
  },
});

interface Home {
  readonly home: string;
  /** Of its first path. */
  readonly offset: number;
  readonly count: number;
}

function homesOf(paths: readonly TraceMatch[]): Home[] {
  const homes = new Map<string, Home>();
  for (const { shown, offset } of paths) {
    const known = homes.get(shown);
    homes.set(shown, { home: shown, offset: known?.offset ?? offset, count: (known?.count ?? 0) + 1 });
  }
  return [...homes.values()];
}
