import { defineConfig } from "vitest/config";

/** Tests run on the sources; what a user types runs on the build (packages/palyra/test/cli). */
export default defineConfig({
  resolve: { conditions: ["palyra-source", "node", "import", "default"] },
  ssr: { resolve: { conditions: ["palyra-source", "node", "import", "default"] } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "testing/test/**/*.test.ts"],
    // No test writes into the keychain of whoever runs it.
    env: { PALYRA_VAULT_BACKEND: "encrypted_file" },
    // Plain JavaScript of half a megabyte: nothing to transform.
    server: { deps: { external: [/\/supplychain\/sbom\/generated\//] } },
    setupFiles: ["testing/matchers.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: "forks",
    // Half of the work waits for child processes and disks.
    maxWorkers: 2,
  },
});
