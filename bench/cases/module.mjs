// What a module of 8 MB that is made to cost can cost: time that grows with its bytes alone, and at most 64 MB beyond the artifact.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodePlatform } from "palyra";
import { buildArtifact } from "palyra-skills";
import { SHAPES } from "../hostile.mjs";
import { buildInput, repository } from "../inputs.mjs";

const SMALL = 2 * 1024 * 1024;
const LARGE = 8 * 1024 * 1024 - 4096;
const MEGABYTES = 64;

export async function run() {
  if (!existsSync("/proc/self/clear_refs"))
    return [{ what: "hostile modules", skipped: "only Linux tells the highest memory of a part of a run" }];
  const folder = mkdtempSync(join(tmpdir(), "palyra-bench-"));
  const artifact = async (name, bytes) => {
    const built = await buildArtifact(buildInput([{ path: "m.wasm", bytes }]), nodePlatform);
    const path = join(folder, name);
    writeFileSync(path, built.bytes);
    return path;
  };
  try {
    const rows = [];
    const warm = await artifact("warm", SHAPES["straight code"](20_000));
    const driver = join(repository, "bench/drivers/module-memory.mjs");
    const measured = (file) =>
      JSON.parse(execFileSync(process.execPath, ["--expose-gc", driver, warm, file], { encoding: "utf8", cwd: repository }));
    for (const [shape, make] of Object.entries(SHAPES)) {
      const [small, large] = [measured(await artifact("small", make(SMALL))), measured(await artifact("large", make(LARGE)))];
      const megabytes = `${large.megabytes.toFixed(0)} MB`;
      rows.push(
        {
          what: `audit of 8 MB, ${shape}`,
          floor: "2 MB, four times",
          ms: large.ms,
          floorMs: 4 * small.ms,
          ratio: large.ms / small.ms / 4,
          limit: 3,
        },
        {
          what: `audit of 8 MB, ${shape}`,
          floor: `memory: ${MEGABYTES} MB`,
          value: megabytes,
          ratio: large.megabytes / MEGABYTES,
          limit: 1,
        },
      );
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
