// The compute kernels of `fixtures/kernels.ts`, which is AssemblyScript, and how they are metered.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { meter } from "palyra-skills/wasm/metering";
import { repository } from "./inputs.mjs";

const CAPS = { memoryBytes: 2 ** 30, tableElements: 100_000 };

export function metered(bytes, mode = "per_byte") {
  const made = meter(bytes, { mode, caps: CAPS });
  if (!made.ok) throw new Error(`it cannot be metered: ${made.refusal.code}`);
  return made;
}

export const instantiate = (bytes) => new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports;

export async function compileKernels() {
  const { default: asc } = await import("assemblyscript/asc");
  const source = readFileSync(join(repository, "bench/fixtures/kernels.ts"), "utf8");
  let module;
  const { error, stderr } = await asc.main(
    ["kernels.ts", "-o", "kernels.wasm", "-O3", "--runtime", "stub", "--initialMemory", "200", "--use", "abort="],
    {
      readFile: (name) => (name === "kernels.ts" ? source : null),
      writeFile: (name, contents) => {
        if (name === "kernels.wasm") module = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null) throw new Error(`the kernels cannot be compiled: ${stderr.toString()}`);
  return module;
}
