/** What this runs on: the version of Node, and whether the shell means another installation. */
import { constants } from "node:fs";
import { access, realpath } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Runtime } from "../services.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";
import { quoted } from "./permissions.ts";

/** Of `engines` in package.json; a test holds the two together. */
export const SUPPORTED_NODE = "^20.19.0 || ^22.0.0 || >=24.0.0";

export function lookNode({ node }: Runtime): Finding {
  const supported = isSupported(node);
  if (supported) return ok("node_version", `Node ${node}`);
  return problem("node_version", `Node ${node} is not supported`, { advice: `use one of ${SUPPORTED_NODE}` });
}

export function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return (major === 20 && minor >= 19) || major === 22 || major >= 24;
}

/** Another `palyra` that comes first on the PATH is the one that a shell starts. */
export async function lookInstallation({ program, path }: Runtime): Promise<readonly Finding[]> {
  const own = program === undefined ? undefined : await realpath(program).catch(() => undefined);
  if (own === undefined) return [];
  const name = process.platform === "win32" ? "palyra.cmd" : "palyra";
  const found: string[] = [];
  for (const folder of new Set(path.split(delimiter).filter((each) => each !== ""))) {
    const file = join(folder, name);
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) found.push(file);
  }
  const [first] = found;
  if (first === undefined) return [ok("installation", "palyra is not on the PATH", own)];
  const real = await realpath(first).catch(() => first);
  if (real === own) return [ok("installation", "the shell starts this palyra", first)];
  const message = "the shell starts another palyra than the one that runs now";
  return [warning("installation", message, { where: first, advice: `${quoted(first)} --version; this one is ${quoted(own)}` })];
}
