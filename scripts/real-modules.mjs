// `npm run real-modules`: downloads the modules of testing/real-modules/expected.json that are not here yet, each held against its digest, and
// audits all of them (testing/test/real-modules.test.ts).
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, ".cache/real-modules");
mkdirSync(cache, { recursive: true });
const { modules } = JSON.parse(readFileSync(join(root, "testing/real-modules/expected.json"), "utf8"));
const missing = modules.filter(({ sha256 }) => !existsSync(join(cache, `${sha256}.wasm`)));
let wrong = 0;

for (const id of new Set(missing.map(({ name, version }) => `${name}@${version}`))) {
  const folder = mkdtempSync(join(tmpdir(), "real-modules-"));
  const wanted = missing.filter(({ name, version }) => `${name}@${version}` === id);
  try {
    const packed = spawnSync("npm", ["pack", "--silent", id], { cwd: folder, encoding: "utf8" });
    const archive = packed.stdout.trim().split("\n").at(-1) ?? "";
    const paths = wanted.map(({ path }) => `package/${path}`);
    if (packed.status !== 0 || spawnSync("tar", ["xzf", archive, ...paths], { cwd: folder }).status !== 0)
      throw new Error(packed.stderr);
    for (const { path, sha256 } of wanted) {
      const bytes = readFileSync(join(folder, "package", path));
      if (createHash("sha256").update(bytes).digest("hex") !== sha256) throw new Error(`${path} has another digest`);
      writeFileSync(join(cache, `${sha256}.wasm`), bytes);
    }
    process.stdout.write(`${id}: ${wanted.length}\n`);
  } catch (error) {
    wrong += 1;
    process.stderr.write(`${id}: ${error.message}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
const run = spawnSync("npx", ["vitest", "run", "testing/test/real-modules.test.ts"], { cwd: root, stdio: "inherit" });
process.exitCode = wrong > 0 ? 1 : (run.status ?? 1);
