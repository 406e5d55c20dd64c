import { defineConfig } from "vitest/config";

/** A module in the place of another is there for whole processes. */
const ALONE = ["packages/palyra/test/journal/durable.test.ts"];

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
    testTimeout: 120_000,
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
