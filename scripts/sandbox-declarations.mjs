// What declarations of `palyra` say of `palyra-sandbox`, which is not published: copied in beside them. Whoever compiles against the package without
// `skipLibCheck` has errors in it else, and whoever has it is given `any`.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";

const NAMES = /(["'])palyra-sandbox\/([a-z-]+)\1/g;
const OWN = /from ["']\.\/([a-z-]+)\.ts["']/g;

/** @param types where `palyra`'s declarations lie; @param sandbox where those of `palyra-sandbox` do */
export function takeInSandbox(types, sandbox) {
  const inside = join(types, "sandbox");
  rmSync(inside, { recursive: true, force: true });
  const needed = new Set();
  for (const name of readdirSync(types, { recursive: true }).filter((each) => each.endsWith(".d.ts"))) {
    const file = join(types, name);
    const before = readFileSync(file, "utf8");
    const up = relative(dirname(file), inside).split(sep).join(posix.sep);
    const after = before.replace(
      NAMES,
      (_, quote, module) => `${quote}${up.startsWith(".") ? up : `./${up}`}/${module}.ts${quote}`,
    );
    if (after !== before) writeFileSync(file, after);
    for (const [, module] of after.matchAll(/["'][./]+sandbox\/([a-z-]+)\.ts["']/g)) needed.add(module);
  }
  mkdirSync(inside, { recursive: true });
  for (const module of needed) {
    const text = readFileSync(join(sandbox, `${module}.d.ts`), "utf8");
    writeFileSync(join(inside, `${module}.d.ts`), text);
    for (const [, own] of text.matchAll(OWN)) needed.add(own);
  }
}
