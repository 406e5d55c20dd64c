// Builds modules/echo.wasm from assembly/ with AssemblyScript, the only tool needed (an npm package of the workspace).
// `--check` builds into memory and compares with the committed module.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const folder = dirname(fileURLToPath(import.meta.url));
const committed = join(folder, "echo.wasm");
let built;
const { error, stderr } = await asc.main(
  [
    "assembly/index.ts",
    "--outFile",
    "echo.wasm",
    "-O3z",
    "--converge",
    "--runtime",
    "stub",
    "--exportStart",
    "_start",
    "--use",
    "abort=assembly/index/abort",
    "--initialMemory",
    "2",
    "--maximumMemory",
    "64",
  ],
  {
    readFile: (name) => {
      try {
        return readFileSync(join(folder, name), "utf8");
      } catch {
        return null;
      }
    },
    writeFile: (name, content) => {
      if (name === "echo.wasm") built = content;
    },
    listFiles: () => null,
  },
);
if (error || !built) {
  process.stderr.write(`${stderr.toString()}${error?.message ?? "nothing was built"}\n`);
  process.exit(1);
}
if (!process.argv.includes("--check")) {
  writeFileSync(committed, built);
  process.stdout.write(`echo.wasm: ${built.length} bytes\n`);
} else if (Buffer.compare(built, readFileSync(committed)) !== 0) {
  process.stderr.write(
    "echo.wasm is not what its sources build: run `node examples/echo-http/build.mjs` and commit the result\n",
  );
  process.exit(1);
} else process.stdout.write("echo.wasm is what its sources build\n");
