import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { sandboxBundle } from "../../../scripts/sandbox-bundle.mjs";
import { repositoryRoot } from "../../../testing/shared.ts";

/** What is in the program of the sandbox's process, by the files that anything is taken from. */
async function closure() {
  const { metafile } = await build({
    ...sandboxBundle,
    absWorkingDir: repositoryRoot,
    bundle: true,
    platform: "node",
    target: "node20.19",
    conditions: ["palyra-source"],
    outfile: "child.cjs",
    write: false,
    metafile: true,
  });
  const outputs = Object.values(metafile.outputs);
  const inputs = outputs.flatMap((output) => Object.entries(output.inputs));
  return {
    files: inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file),
    builtIns: [...new Set(outputs.flatMap(({ imports }) => imports.map(({ path }) => path)))].toSorted(),
    bytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

describe("T39: what runs beside a stranger's module is as little as can be (habit 8)", () => {
  it("of core: texts, the reader of modules, the rewriter, and the table of imports", async () => {
    const { files } = await closure();
    const core = files.filter((file) => file.startsWith("packages/core/"));
    expect([...new Set(core.map((file) => file.split("/")[3]))].toSorted()).toEqual(["capability", "encoding", "wasm"]);
    expect(
      core
        .filter((file) => file.includes("/capability/"))
        .map((file) => file.split("/").at(-1))
        .toSorted(),
    ).toEqual(["foreign.ts", "host-function.ts", "host-interfaces.ts", "imports.ts", "preview1.ts"]);
    expect(
      core
        .filter((file) => file.includes("/encoding/"))
        .map((file) => file.split("/").at(-1))
        .toSorted(),
    ).toEqual(["cursor.ts", "hex.ts", "json.ts", "parse.ts", "pieces.ts", "position.ts", "utf8.ts", "write.ts"]);
    expect(files.filter((file) => file.startsWith("packages/palyra/"))).toEqual([]);
  });

  it("of npm: the validator of schemas; of Node: two pipes, hashes and randomness", async () => {
    const { files, builtIns, bytes } = await closure();
    const packages = files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
    expect([...new Set(packages)]).toEqual(["@cfworker/json-schema"]);
    expect(builtIns).toEqual(["node:crypto", "node:fs"]);
    expect(bytes).toBeLessThan(300_000);
  });
});
