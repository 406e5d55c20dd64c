// `npm run bench [-- --json] [-- open audit …]`: one table of ratios, each against a floor or a peer in the same run.
// Exit code 1 when a ratio is over its limit.
import { cpus } from "node:os";

const names = [
  "open",
  "audit",
  "module",
  "texts",
  "sbom",
  "feed",
  "build",
  "start",
  "reaudit",
  "daemon",
  "sandbox",
  "run",
  "fuel",
  "mcp",
  "wasmtime",
];
const json = process.argv.includes("--json");
const asked = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const rows = [];
for (const name of names.filter((each) => asked.length === 0 || asked.includes(each))) {
  if (!json) process.stderr.write(`${name} …\n`);
  const { run } = await import(`./cases/${name}.mjs`);
  rows.push(...(await run()));
}
const over = rows.filter(({ ratio, limit }) => ratio > limit);
const machine = {
  node: process.version,
  cores: cpus().length,
  cpu: cpus()[0]?.model ?? "unknown",
  platform: `${process.platform}-${process.arch}`,
};
if (json) process.stdout.write(`${JSON.stringify({ machine, rows, over: over.map(({ what }) => what) }, null, 2)}\n`);
else {
  const milliseconds = (value) => (value === undefined ? "" : value >= 10 ? `${value.toFixed(0)} ms` : `${value.toFixed(3)} ms`);
  const lines = rows.map(({ what, floor, ms, floorMs, value, ratio, limit, skipped }) =>
    skipped
      ? [what, `skipped: ${skipped}`, "", "", "", ""]
      : [
          what,
          floor,
          value ?? milliseconds(ms),
          milliseconds(floorMs),
          `${ratio.toFixed(2)}x`,
          limit === undefined ? "" : `${limit}x${ratio > limit ? "  OVER" : ""}`,
        ],
  );
  const table = [["what", "over", "", "floor", "ratio", "at most"], ...lines];
  const widths = table[0].map((_, column) => Math.max(...table.map((line) => line[column].length)));
  process.stdout.write(`${process.version}, ${machine.cores} x ${machine.cpu}\n\n`);
  for (const line of table)
    process.stdout.write(
      `${line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd()}\n`,
    );
}
process.exitCode = over.length > 0 ? 1 : 0;
