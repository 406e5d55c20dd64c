import type { Finding } from "../finding.ts";
import { findings, moduleRule, pass } from "../rule.ts";
import { inBytes, messagesOf, quoted, shortened } from "../wording.ts";

export const wasmDebugData = moduleRule({
  id: "wasm_debug_data",
  severity: "warning",
  asks: "Which toolchain made each module, and did it leave debug data or addresses of some in it?",
  why: "Debug data tell of the author's machine and sources, make a module several times as large, and an address in it is fetched by whoever debugs.",
  references: ["CWE-215", "CWE-540"],
  advice: "Strip the module (`wasm-strip`, `strip = true` in Cargo, `-ldflags=-w`), and build without source maps.",
  example: {
    flagged: '(@custom "sourceMappingURL" "\\1chttps://dev.acme.io/echo.map")',
    passes: '(@custom "producers" "\\01\\08language\\01\\04Rust\\061.80.0")',
  },
  check: ({ path, facts, dependencies, dependencyProblem }) => {
    const { debug, producers } = facts;
    const details = {
      module_path: path,
      producers: producers
        .slice(0, MAX_PRODUCERS)
        .map(({ field, name, version }) => `${field}: ${shortened(name)} ${shortened(version)}`.trimEnd()),
      names: debug.names !== undefined,
      ...(dependencies === undefined ? {} : { dependencies: dependencies.length }),
      ...(dependencyProblem === undefined ? {} : { dependency_problem: dependencyProblem }),
    };
    const found: Finding[] = debug.links.map(({ section, url, offset }) => ({
      code: section === "sourceMappingURL" ? "source_map" : "external_debug_data",
      status: "warn",
      message: `The section ${quoted(section)} names an address. Build without it.`,
      place: { file: path, offset },
      quote: shortened(url),
    }));
    if (debug.dwarf !== undefined) {
      const { offset, size } = debug.dwarf;
      const message = `The module carries ${inBytes(size)} of debug data (DWARF). Strip it.`;
      found.push({ code: "dwarf", status: "warn", message, place: { file: path, offset } });
    }
    if (dependencyProblem !== undefined && facts.auditable !== undefined) {
      const message = `The list of dependencies in \`.dep-v0\` says nothing: ${dependencyProblem}. Build with \`cargo auditable\` again.`;
      found.push({
        code: "dependency_list_unreadable",
        status: "warn",
        message,
        place: { file: path, offset: facts.auditable.offset },
      });
    }
    if (found.length === 0) return [pass(`${quoted(path)} carries no debug data.`, details)];
    return [findings(`${quoted(path)}: ${messagesOf(found)}`, found, details)];
  },
});

const MAX_PRODUCERS = 20;
