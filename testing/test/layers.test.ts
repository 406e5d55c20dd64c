import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { coreLayers, type LayerTable, palyraLayers, SANDBOX_OF_CORE, sandboxLayers } from "../layers.ts";
import { repositoryRoot } from "../shared.ts";
import { packageName, readSources, resolveImport, type SourceFile } from "../sources.ts";

const packages: readonly { name: string; table: LayerTable; sources: SourceFile[] }[] = [
  { name: "core", table: coreLayers, sources: readSources(join(repositoryRoot, "packages/core/src")) },
  { name: "sandbox", table: sandboxLayers, sources: readSources(join(repositoryRoot, "packages/sandbox/src")) },
  { name: "palyra", table: palyraLayers, sources: readSources(join(repositoryRoot, "packages/palyra/src")) },
];

for (const { name, table, sources } of packages) {
  describe(`layers of packages/${name}`, () => {
    const relative = sources.flatMap((file) =>
      file.imports
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => ({ file, target: resolveImport(file, specifier) })),
    );

    it("finds sources and their imports", () => {
      expect(sources.length).toBeGreaterThan(name === "sandbox" ? 2 : 30);
      expect(relative.length).toBeGreaterThan(name === "sandbox" ? 1 : sources.length);
    });

    it("has a row for every module", () => {
      expect([...new Set(sources.map((file) => file.module))].filter((module) => table[module] === undefined)).toEqual([]);
    });

    it("imports lower layers only, never its own", () => {
      const wrong = relative.filter(({ file, target }) => {
        const module = target.split("/")[0] ?? "";
        if (module === file.module) return false;
        return (table[module]?.layer ?? 99) >= (table[file.module]?.layer ?? -99);
      });
      expect(wrong.map(({ file, target }) => `${file.path} -> ${target}`)).toEqual([]);
    });

    it("names every import in full, and nothing outside the package", () => {
      const known = new Set(sources.map((file) => file.path));
      const isGenerated = (target: string) =>
        target.includes("/generated/") && existsSync(join(repositoryRoot, `packages/${name}/src`, target));
      const wrong = relative.filter(({ target }) => !known.has(target) && !isGenerated(target));
      expect(wrong.map(({ file, target }) => `${file.path} -> ${target}`)).toEqual([]);
    });

    it("imports npm packages only where the table says", () => {
      const reserved = new Map(
        Object.entries(table).flatMap(([module, row]) => (row.packages ?? []).map((npm) => [npm, module] as const)),
      );
      const wrong = sources.flatMap((file) =>
        file.imports
          .filter((specifier) => !specifier.startsWith("."))
          .filter((specifier) => {
            if (table[file.module]?.packages?.includes(packageName(specifier))) return false;
            if (name === "sandbox" && SANDBOX_OF_CORE.includes(specifier)) return false;
            if (name === "palyra" && packageName(specifier) === "palyra-skills") return false;
            // Running a tool alone knows what is said to its process.
            if (packageName(specifier) === "palyra-sandbox") return !(name === "palyra" && file.module === "execution");
            return !(name === "palyra" && specifier.startsWith("node:") && !reserved.has(specifier));
          })
          .map((specifier) => `${file.path} -> ${specifier}`),
      );
      expect(wrong).toEqual([]);
    });

    it("has no cycle of files", () => {
      const edges = new Map<string, string[]>();
      for (const { file, target } of relative) edges.set(file.path, [...(edges.get(file.path) ?? []), target]);
      const done = new Set<string>();
      const visit = (path: string, trail: readonly string[]): string[] => {
        if (trail.includes(path)) return [[...trail.slice(trail.indexOf(path)), path].join(" -> ")];
        if (done.has(path)) return [];
        const found = (edges.get(path) ?? []).flatMap((next) => visit(next, [...trail, path]));
        done.add(path);
        return found;
      };
      expect(sources.flatMap((file) => visit(file.path, []))).toEqual([]);
    });
  });
}

describe("core has no effects", () => {
  const core = packages[0]?.sources ?? [];
  it.each(["Date", "console", "process", "setTimeout", "setInterval", "fetch", "performance", "Buffer", "globalThis"])(
    "does not name %s",
    (name) => {
      const strip = (text: string) => text.replace(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, '""');
      expect(
        core.filter((file) => new RegExp(`(?<![.\\w$])${name}(?![\\w$:\\\\])`).test(strip(file.text))).map((file) => file.path),
      ).toEqual([]);
    },
  );
  it("takes no random numbers", () => {
    expect(core.filter((file) => /Math\.random/.test(file.text)).map((file) => file.path)).toEqual([]);
  });
  it("imports modules of core by their index", () => {
    const wrong = core.flatMap((file) =>
      file.imports
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => resolveImport(file, specifier))
        .filter((target) => target.includes("/") && target.split("/")[0] !== file.module && !target.endsWith("/index.ts"))
        .map((target) => `${file.path} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });
});
