// The WebAssembly specification's own tests, before and after metering (testing/corpora/wasm-spec).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../../../../../testing/shared.ts";
import { Script, type Step } from "./script.ts";

const scripts = Object.entries(unzipSync(readFileSync(join(repositoryRoot, "testing/corpora/wasm-spec/scripts.zip"))));

/**
 * A module that could not be instantiated left functions in a table of another's: its counter was never set, and nothing runs unfuelled.
 * In this system an instance shares nothing with another.
 */
const UNFUELLED = new Map([
  ["core/linking.wast", 2],
  // Of two memories: only where the engine knows them (Node 24).
  ["multi-memory/linking0.wast", 1],
]);

/** Each folder with the least of its commands that every engine of Node 20 to 24 looks at. */
const FOLDERS = [
  ["core", 20_000],
  ["simd", 1_000],
  ["tail-call", 80],
  ["extended-const", 90],
  ["multi-memory", 90],
  ["memory64", 400],
] as const;

describe("the specification's tests come to the same after metering", () => {
  it.each(FOLDERS)("%s", { timeout: 900_000 }, (folder, least) => {
    let commands = 0;
    const judged = { passed: 0, failed: 0 };
    for (const [name, bytes] of scripts.filter(([path]) => path.startsWith(`${folder}/`))) {
      const text = new TextDecoder().decode(bytes);
      const plain = new Script(text).run();
      commands += plain.length;
      for (const { command, passed } of plain) {
        // JavaScript has one NaN.
        if (passed === undefined || command.includes("nan")) continue;
        if (passed) judged.passed += 1;
        else judged.failed += 1;
      }
      for (const mode of ["flat", "per_byte"] as const) {
        const differing = differences(plain, new Script(text, mode).run());
        const unfuelled = UNFUELLED.get(name) ?? 0;
        // An engine that knows no two memories makes none of these modules.
        const expected = folder === "multi-memory" ? [0, unfuelled] : [unfuelled];
        expect(expected, `${name} ${mode} ${JSON.stringify(differing.slice(0, 3))}`).toContain(differing.length);
      }
    }
    expect(commands).toBeGreaterThan(least);
    // The harness itself: what it looks at is as the scripts say, but for modules that lean on one that this engine does not know.
    expect(judged.failed).toBeLessThan(0.02 * judged.passed + 15);
  });
});

function differences(plain: readonly Step[], metered: readonly Step[]): readonly string[] {
  expect(metered).toHaveLength(plain.length);
  return plain.flatMap(({ command, outcome }, index) =>
    metered[index]?.outcome === outcome ? [] : [`${command}: ${outcome}, ${metered[index]?.outcome}`],
  );
}
