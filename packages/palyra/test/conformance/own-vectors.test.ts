// The vectors that come with the package are those that own-vectors.ts makes: renew them with PALYRA_UPDATE_VECTORS=1.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { useSandboxProgram } from "../../../../testing/sandbox-program.ts";
import { runConformance } from "../../src/conformance/index.ts";
import { OWN_VECTORS } from "../../src/conformance/vectors.ts";
import { makeVectors } from "./own-vectors.ts";

const program = useSandboxProgram();
let serveProcess: Awaited<ReturnType<typeof bundleForNode>>;
beforeAll(async () => {
  serveProcess = await bundleForNode(fileURLToPath(new URL("serve-process.ts", import.meta.url)));
});

function committed(): Map<string, Uint8Array> {
  const files = readdirSync(OWN_VECTORS, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).filter((file) => !file.endsWith("README.md"));
  return new Map(paths.map((file) => [relative(OWN_VECTORS, file).split(sep).join("/"), new Uint8Array(readFileSync(file))]));
}

it("are those that are committed", async () => {
  const made = await makeVectors();
  if (process.env["PALYRA_UPDATE_VECTORS"] === "1") {
    for (const area of ["manifest", "artifact", "audit", "trust", "keys", "build", "sandbox"])
      rmSync(join(OWN_VECTORS, area), { recursive: true, force: true });
    for (const [path, bytes] of made) {
      mkdirSync(dirname(join(OWN_VECTORS, path)), { recursive: true });
      writeFileSync(join(OWN_VECTORS, path), bytes);
    }
  }
  const there = committed();
  expect([...there.keys()].sort()).toEqual([...made.keys()].sort());
  for (const [path, bytes] of made) expect(Buffer.from(there.get(path) ?? []).equals(bytes), path).toBe(true);
});

it("agree with our own implementation, asked as a process", async () => {
  const report = await runConformance({ vectors: [], command: [process.execPath, serveProcess.file, program] });
  expect(report.areas.flatMap((area) => area.differences)).toEqual([]);
  expect(report.areas.map(({ area }) => area)).toEqual(["manifest", "artifact", "audit", "trust", "keys", "build", "sandbox"]);
  expect(report).toMatchObject({ differed: 0, not_covered: 0 });
  expect(report.agreed).toBeGreaterThan(100);
});

it("differ, all of them, from a command that does not answer", async () => {
  for (const command of [
    ["node", "-e", "0"],
    ["node", "-e", "console.log('hello')"],
  ] as const) {
    const report = await runConformance({ vectors: [], command });
    expect(report.agreed + report.not_covered).toBe(0);
    expect(report.differed).toBeGreaterThan(60);
  }
});

it("are not asked of a command that cannot be started: one error says so", async () => {
  for (const [file, code] of [
    ["/no/such/program", "ENOENT"],
    [dirname(serveProcess.file), "EACCES"],
  ] as const)
    await expect(runConformance({ vectors: [], command: [file] })).rejects.toMatchObject({
      code: "Io",
      details: { action: "start", file, code },
    });
});

it("are not covered, none of them passed, by one that has no operation of them", async () => {
  const answer =
    'process.stdin.on("data", (d) => { for (const l of String(d).trim().split("\\n")) console.log(JSON.stringify({ id: JSON.parse(l).id, ok: true, ops: ["fuel"] })) })';
  const report = await runConformance({ vectors: [], command: [process.execPath, "-e", answer] });
  expect(report).toMatchObject({ agreed: 0, differed: 0 });
  expect(report.not_covered).toBeGreaterThan(60);
});

it("must be there", async () => {
  await expect(runConformance({ vectors: [dirname(serveProcess.file)], command: ["node"] })).rejects.toHaveCode("Usage");
});
