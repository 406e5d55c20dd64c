// The lock file: no addresses of one machine's package source, and no package that runs a script at install but the allowed ones.
import { readFileSync } from "node:fs";

const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
const root = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const packages = Object.entries(lock.packages);
const faults = [
  ...packages
    .filter(([, entry]) => /^https?:/.test(entry.resolved ?? ""))
    .map(([path]) => `${path}: the lock file holds an address`),
  ...packages
    .filter(([, entry]) => entry.hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ""))
    // Optional, for another platform only, never installed where the tests run.
    .filter((name) => root.allowScripts[name] !== true && name !== "fsevents" && name !== "")
    .map((name) => `${name}: runs a script at install and is not in allowScripts`),
];
// A package that is named and has no entry makes `npm ci` fail on the newest npm, and on other platforms.
const locked = new Set(packages.map(([path]) => path.replace(/^.*node_modules\//, "")));
for (const [path, entry] of packages)
  for (const name of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }))
    if (!locked.has(name)) faults.push(`${path}: needs ${name}, which the lock file does not have`);
for (const file of ["package.json", "packages/core/package.json", "packages/palyra/package.json"]) {
  const manifest = JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), "utf8"));
  for (const group of ["dependencies", "devDependencies", "optionalDependencies"])
    for (const [name, range] of Object.entries(manifest[group] ?? {}))
      if (!/^\d+\.\d+\.\d+$/.test(range)) faults.push(`${file}: ${name} is not pinned (${range})`);
  // `npm ci` links the commands that the lock file has.
  const commands = lock.packages[file.replace(/\/?package\.json$/, "")]?.bin ?? {};
  for (const [name, path] of Object.entries(manifest.bin ?? {}))
    if (commands[name] !== path) faults.push(`${file}: the lock file does not have its command ${name}`);
}
if (faults.length > 0) {
  process.stderr.write(`${faults.join("\n")}\n`);
  process.exit(1);
}
process.stdout.write(`${packages.length} packages in the lock file, all in order\n`);
