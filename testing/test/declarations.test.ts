// The declarations of `palyra` where nothing of this checkout is but what npm installs: whoever compiles against them, in the strictest way, has no error.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { repositoryRoot } from "../shared.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const PROGRAM = `
import { type CallOptions, type CallResult, explainError, type Host, openHost, PalyraError } from "palyra";
import { verifyReceipt } from "palyra-skills/receipt";
import { webPlatform } from "palyra-skills";

export async function run(host: Host = openHost({ principal: undefined, stateRoot: undefined }), signal?: AbortSignal): Promise<CallResult["outcome"]> {
  const options: CallOptions = { signal, onLog: undefined, approve: async ({ question }) => (question === "" ? "once" : undefined) };
  try {
    const { outcome, receipt } = await host.call("acme.echo", { text: "hi" }, options);
    const never: "Ok" | "QuotaExceeded" | "TimedOut" | "CapabilityDenied" | "InvalidInput" | "RuntimeFailure" = outcome;
    await verifyReceipt(receipt, webPlatform);
    return never;
  } catch (error) {
    if (error instanceof PalyraError && error.code === "Usage") throw new Error((await explainError(error))?.text);
    throw error;
  }
}
`;

/** As npm lays it out: the packages that `palyra` depends on, and none that it is only made with. */
function installed(): string {
  const folder = mkdtempSync(join(tmpdir(), "palyra-declarations-"));
  folders.push(folder);
  const manifest = readFileSync(join(repositoryRoot, "packages/palyra/package.json"), "utf8");
  const { dependencies } = JSON.parse(manifest) as { readonly dependencies: { readonly [name: string]: string } };
  for (const name of [...Object.keys(dependencies), "@types/node"]) {
    const place = join(folder, "node_modules", name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(repositoryRoot, "node_modules", name), place, "junction");
  }
  const palyra = join(folder, "node_modules/palyra");
  mkdirSync(palyra);
  writeFileSync(join(palyra, "package.json"), manifest);
  cpSync(join(repositoryRoot, "packages/palyra/dist/types"), join(palyra, "dist/types"), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  writeFileSync(join(folder, "program.ts"), PROGRAM);
  return folder;
}

it("compile where nothing but the published packages is, their insides too, and options may be undefined", () => {
  const built = spawnSync(process.execPath, ["scripts/build.mjs", "--types"], { cwd: repositoryRoot, encoding: "utf8" });
  expect([built.status, built.stdout]).toEqual([0, ""]);
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const flags =
    "--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --module nodenext --target es2023 --types node";
  const run = spawnSync(process.execPath, [tsc, ...flags.split(" "), "program.ts"], { cwd: installed(), encoding: "utf8" });
  expect([run.stdout, run.status]).toEqual(["", 0]);
}, 180_000);
