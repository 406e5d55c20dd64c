import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

export interface SourceFile {
  /** Path below the package's `src`, with `/`. */
  readonly path: string;
  /** Folder directly below `src`, or the file itself. */
  readonly module: string;
  readonly text: string;
  /** Specifiers of static and dynamic imports and of re-exports, types included. */
  readonly imports: readonly string[];
}

const IMPORT =
  /(?:^|[\s;}])(?:import|export)\s+(?:type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?["']([^"'\n]+)["']|\bimport\(\s*["']([^"'\n]+)["']/g;

/** Text without comments, so that prose is not taken for code. Strings that hold comment marks are left as they are. */
const withoutComments = (text: string): string =>
  text.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_match, literal: string | undefined) => literal ?? " ",
  );

/** All TypeScript files below a package's `src`. */
export function readSources(src: string): SourceFile[] {
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.d)\.ts$/.test(entry.name))
    .map((entry) => {
      const path = relative(src, join(entry.parentPath, entry.name)).split(sep).join("/");
      const text = withoutComments(readFileSync(join(src, path), "utf8"));
      const imports = [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? "");
      return { path, module: path.split("/")[0] ?? path, text, imports };
    });
}

/** A relative specifier as a path below `src`. */
export const resolveImport = (from: SourceFile, specifier: string): string =>
  join(dirname(from.path), specifier).split(sep).join("/");

/** `@scope/name/deep` -> `@scope/name`. */
export const packageName = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
