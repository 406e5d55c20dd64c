import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** A module in the place of another, and one that must not be loaded, are so for whole processes. */
const ALONE = ["packages/palyra/test/journal/durable.test.ts", "packages/palyra/test/policy/default-decision.test.ts"];

/** Those that start processes for each of their cases: first, so that in the end no worker has one of them to itself. */
const LONG = /kill|rekey|revocation-lists|together|end-to-end|soak|fuzz|deadly|hostile/;
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** Tests run on the sources; what a user types runs on the build (packages/palyra/test/cli). */
export default defineConfig({
  resolve: { conditions: ["palyra-source", "node", "import", "default"] },
  ssr: { resolve: { conditions: ["palyra-source", "node", "import", "default"] } },
  test: {
    // No test writes into the keychain of whoever runs it.
    env: { PALYRA_VAULT_BACKEND: "encrypted_file" },
    // Plain JavaScript of half a megabyte: nothing to transform.
    server: { deps: { external: [/\/supplychain\/sbom\/generated\//] } },
    globalSetup: ["testing/run-folder.ts"],
    setupFiles: ["testing/setup.ts"],
    sequence: { sequencer: LongFirst },
    // Of a test that is killed at a hundred points, on a machine that does much else.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    pool: "forks",
    // Half of the work waits for child processes.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "together",
          // Loading the sources anew for each file took a third of the time.
          isolate: false,
          include: ["packages/*/test/**/*.test.ts", "testing/test/**/*.test.ts"],
          exclude: ALONE,
        },
      },
      { extends: true, test: { name: "alone", include: ALONE } },
    ],
  },
});
