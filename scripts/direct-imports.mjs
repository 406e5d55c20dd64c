// An esbuild plugin: imports through a folder's `index.ts` go straight to the file that has the name. The bundler splits by
// file, so an index that one command needs whole would otherwise drag everything behind it into every command (habit 8).
import { readFileSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";

const IMPORT = /^import (type )?\{([^}]*)\} from "([^"]+)";/gm;
const EXPORT = /^export (type )?\{([^}]*)\} from "([^"]+)";/gm;

/** @param {string} root the repository */
export function directImports(root) {
  const packages = join(root, "packages");
  const core = join(packages, "core/src");
  /** The file of a specifier that is an index of ours; undefined for any other. */
  const indexOf = (specifier, folder) => {
    if (specifier === "palyra-skills") return join(core, "index.ts");
    if (specifier.startsWith("palyra-skills/")) return join(core, specifier.slice("palyra-skills/".length), "index.ts");
    return specifier.startsWith(".") && specifier.endsWith("/index.ts") ? resolve(folder, specifier) : undefined;
  };
  const known = new Map();
  /** Name -> where it is from, for every value that an index hands on. */
  const namesOf = (index) => {
    const found = known.get(index) ?? new Map();
    if (known.has(index)) return found;
    known.set(index, found);
    for (const [, type, list, specifier] of readFileSync(index, "utf8").matchAll(EXPORT)) {
      if (type !== undefined) continue;
      for (const { name, alias } of values(list)) found.set(alias, target(name, specifier, dirname(index)));
    }
    return found;
  };
  const target = (name, specifier, folder) => {
    const index = indexOf(specifier, folder);
    return (index === undefined ? undefined : namesOf(index).get(name)) ?? { name, file: index ?? resolve(folder, specifier) };
  };
  return {
    name: "direct-imports",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!path.startsWith(packages + sep)) return undefined;
        const text = readFileSync(path, "utf8").replace(IMPORT, (statement, type, list, specifier) => {
          const index = indexOf(specifier, dirname(path));
          if (type !== undefined || index === undefined) return statement;
          const imports = values(list).map(({ name, alias }) => {
            const { name: original, file } = target(name, specifier, dirname(path));
            return `import { ${original === alias ? alias : `${original} as ${alias}`} } from ${JSON.stringify(file)};`;
          });
          // On as many lines as before, so that positions in stack traces stay.
          return imports.join(" ") + "\n".repeat(statement.split("\n").length - 1);
        });
        return { contents: text, loader: "ts", resolveDir: dirname(path) };
      });
    },
  };
}

/** `a, type B, c as d` -> a and c, under the names that they are known by. */
function values(list) {
  return list
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "" && !part.startsWith("type "))
    .map((part) => {
      const [name, alias = name] = part.split(" as ");
      return { name, alias };
    });
}
