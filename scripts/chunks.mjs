// An esbuild plugin that decides what is loaded together (habit 8). The bundler makes one chunk of the files that the same
// entries reach, an entry being whatever is imported lazily. Two things follow, and are seen to here:
// - an index that one command needs whole would drag everything behind it into every command: imports through a folder's
//   `index.ts` go straight to the file that has the name;
// - small files that this or that entry does without would be chunks of their own, and each costs as much as its file is
//   worth: what most commands use is reached by all of them, so that it is one chunk; and of what is used together, whoever
//   reaches a part reaches all.
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";

const IMPORT = /^import (type )?\{([^}]*)\} from "([^"]+)";/gm;
const EXPORT = /^export (type )?\{([^}]*)\} from "([^"]+)";/gm;

const COMMON = "common";

/**
 * @param {string} root the repository
 * @param {{ isCommon: (path: string) => boolean, together: { [name: string]: (path: string) => boolean }, alone: string[] }} layout
 * whether nearly every command uses a source (its path below `packages`, with `/`); which sources are used together; and those that
 * are built by themselves, as `<name>.js` among the chunks
 */
export function chunks(root, { isCommon, together, alone }) {
  const packages = join(root, "packages");
  const sources = ["core/src", "palyra/src"].flatMap((folder) =>
    readdirSync(join(packages, folder), { recursive: true })
      .filter((name) => /(?<!\.d)\.ts$/.test(name))
      .map((name) => join(packages, folder, name)),
  );
  const core = join(packages, "core/src");
  /** The file of a specifier that is an index of ours; undefined for any other. */
  const indexOf = (specifier, folder) => {
    if (specifier === "palyra-skills") return join(core, "index.ts");
    if (specifier.startsWith("palyra-skills/")) return join(core, specifier.slice("palyra-skills/".length), "index.ts");
    return specifier.startsWith(".") && specifier.endsWith("/index.ts") ? resolve(folder, specifier) : undefined;
  };
  const lazy = new Set([...sources.flatMap((path) => lazyImports(path, indexOf)), join(packages, "palyra/src/entry/index.ts")]);
  const those = (isOne) => sources.filter((path) => isOne(path.slice(packages.length + 1).replaceAll(sep, "/")));
  const common = those(isCommon);
  const groups = Object.fromEntries(Object.entries(together).map(([name, isOne]) => [name, those(isOne)]));
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
  /** The files that one is loaded with. */
  const edges = new Map();
  const importsOf = (path) => {
    const found =
      edges.get(path) ??
      [...readFileSync(path, "utf8").matchAll(IMPORT)]
        .filter(([, type, , specifier]) => type === undefined && /^\.|^palyra-skills/.test(specifier))
        .flatMap(([, , list, specifier]) => values(list).map(({ name }) => target(name, specifier, dirname(path)).file));
    edges.set(path, found);
    return found;
  };
  /** Names of the groups of which a source is loaded with any; whoever has a group is loaded with all that its files import. */
  const groupsOf = (path) => {
    const [seen, names] = [new Set([path]), new Set()];
    for (const each of seen) {
      for (const file of importsOf(each)) seen.add(file);
      for (const [name, files] of Object.entries(groups))
        if (!names.has(name) && files.includes(each)) {
          names.add(name);
          for (const file of files) seen.add(file);
        }
    }
    return [...names];
  };
  return {
    name: "chunks",
    setup(build) {
      build.onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path, namespace: "virtual", sideEffects: true }));
      build.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) =>
        alone.includes(resolve(resolveDir, path)) ? { path: `./${basename(path, ".ts")}.js`, external: true } : undefined,
      );
      build.onLoad({ filter: /./, namespace: "virtual" }, ({ path }) => {
        const name = path.slice("virtual:".length);
        return { contents: useOfEach(name === COMMON ? common : groups[name]), resolveDir: root };
      });
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!path.startsWith(packages + sep)) return undefined;
        const text = readFileSync(path, "utf8").replace(IMPORT, (statement, type, list, specifier) => {
          if (type === undefined && specifier.startsWith("node:")) return builtIn(statement, list, specifier);
          const index = indexOf(specifier, dirname(path));
          if (type !== undefined || index === undefined) return statement;
          const imports = values(list).map(({ name, alias }) => {
            const { name: original, file } = target(name, specifier, dirname(path));
            return `import { ${original === alias ? alias : `${original} as ${alias}`} } from ${JSON.stringify(file)};`;
          });
          return onItsLines(imports.join(" "), statement);
        });
        const used = lazy.has(path) ? [COMMON, ...groupsOf(path)].map((name) => `import "virtual:${name}"; `) : [];
        const contents = `${used.join("")}${text}`;
        return { contents, loader: "ts", resolveDir: dirname(path) };
      });
    },
  };
}

/** On as many lines as before, so that positions in stack traces stay. */
function onItsLines(text, statement) {
  return text + "\n".repeat(statement.split("\n").length - 1);
}

/**
 * A module of Node's own, taken as it is. Imported, each is first given a face of a module, for which Node looks at all that it exports:
 * of `node:fs` that alone loads its streams, and a bare start becomes a twentieth longer.
 */
function builtIn(statement, list, specifier) {
  const names = values(list).map(({ name, alias }) => (name === alias ? name : `${name}: ${alias}`));
  if (names.length === 0) return statement;
  return onItsLines(`const { ${names.join(", ")} } = process.getBuiltinModule(${JSON.stringify(specifier)});`, statement);
}

/** A source that uses one export of each file, so that none is dropped as unused; the call itself does nothing. */
function useOfEach(paths) {
  const named = paths.flatMap((path) => {
    const [, name] = /^export (?:async )?(?:function|const|class) (\w+)/m.exec(readFileSync(path, "utf8")) ?? [];
    return name === undefined ? [] : [{ name, path }];
  });
  const imports = named.map(({ name, path }, at) => `import { ${name} as n${at} } from ${JSON.stringify(path)};`);
  return `${imports.join("\n")}\nObject.is(${named.map((_, at) => `n${at}`).join(", ")});`;
}

/** The files of ours that a source imports when it comes to it. */
function lazyImports(path, indexOf) {
  const folder = dirname(path);
  return [...readFileSync(path, "utf8").matchAll(/\bimport\(\s*"([^"]+)"\s*\)/g)].flatMap(
    ([, specifier]) => indexOf(specifier, folder) ?? (specifier.startsWith(".") ? resolve(folder, specifier) : []),
  );
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
