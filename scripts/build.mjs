// Builds both packages: core with tsc (files as they are), palyra with esbuild (chunks, so that a command loads
// only what it needs) beside its declarations.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chunks } from "./chunks.mjs";
import { sandboxBundle } from "./sandbox-bundle.mjs";
import { takeInSandbox } from "./sandbox-declarations.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

/** The validators of SBOMs (`scripts/cyclonedx-validators.mjs`). */
const COMPILED = "supplychain/sbom/generated";
const palyraDist = join(root, "packages/palyra/dist");

function types() {
  const tsc = require.resolve("typescript/bin/tsc");
  const run = spawnSync(process.execPath, [tsc, "-b", "--pretty", "false"], { cwd: root, stdio: "inherit" });
  if (run.status !== 0) process.exit(run.status ?? 1);
  // What is JavaScript already.
  cpSync(join(root, "packages/core", "src", COMPILED), join(root, "packages/core", "dist", COMPILED), {
    recursive: true,
    filter: (path) => !path.endsWith(".ts"),
  });
  takeInSandbox(join(palyraDist, "types"), join(root, "packages/sandbox/dist"));
}

/** Of every source: what another program judged is judged anew, whether or not its version says that it is another (spec 5.4, T32). */
function codeDigest() {
  const hash = createHash("sha256");
  for (const folder of ["packages/core/src", "packages/sandbox/src", "packages/palyra/src"])
    for (const name of readdirSync(join(root, folder), { recursive: true }).sort())
      if (/\.[jt]s$/.test(name))
        hash.update(`${folder}/${name.replaceAll("\\", "/")}\n`).update(readFileSync(join(root, folder, name)));
  return hash.digest("hex");
}

/** What nearly every command uses: one chunk, loaded with each. */
const COMMON = new RegExp(
  [
    "^core/src/(errors|encoding/.*|manifest/(identifier|version|compat))\\.ts$",
    "^palyra/src/(errors|version|settings|files/(?!hash-files|list-folder|mark).*|installed/(?!verdicts).*|journal/.*|platform/(?!sigstore|dsse).*)\\.ts$",
    "^palyra/src/entry/(compose|ulid|output|streams)\\.ts$",
    "^palyra/src/lifecycle/(home|recover-reading|state-root)\\.ts$",
    "^palyra/src/operations/(field|operation|catalog|skills/list|wording/(safe|units|as-json|json-text)|shared/(eligibility|inventory|inputs))\\.ts$",
    "^palyra/src/cli/(options|words|suggest|command|invocation|manner|dispatch|progress|text/.*|views/(inventory|eligibility))\\.ts$",
  ].join("|"),
);
/** What is used together: whoever opens an artifact, looks at trust or finishes what was begun, or starts something uses nearly all of it. */
const TOGETHER = {
  opening:
    /^(core\/src\/(toml\/.*|archive\/(?!write|deflate|limits).*|artifact\/(?!build).*|manifest\/(?!pack|identifier|version|compat|review).*|signature\/(payload|document|verify)|platform\/crc32|trust\/(decide|related)|audit\/(default-policy|feed|feed-age|parameter|entry)|capability\/(grants|host-function|host-interfaces))|palyra\/src\/lifecycle\/open-installed)\.ts$/,
  state:
    /^(core\/src\/trust\/(rotation|key-limits|owners|revocation|limits|revocation-list|constraints|key|store)|core\/src\/signature\/(revocation-list|statement)|palyra\/src\/trust\/(change|writer|integrity|file|list-records|list-cache|deciding)|palyra\/src\/lifecycle\/(root|events|expected|pending-trust|plan-shape|pending|intent|journals|undo|walk|recover|statuses|head|standing|trust-place))\.ts$/,
  launching:
    /^palyra\/src\/(policy\/(approvals|sealed|grants|policies|cedar|default-decision|request|launch)|execution\/(authorize|tools|authorization-records|tool-names|resolve|start|receipts|tool-kind)|operations\/shared\/(sealed-places|authorization-writes|authorizing|run-gate|launch-inputs|approval-question|json-output|receipt-keys))\.ts$/,
  vault: /^palyra\/src\/vault\/(?!name|door|index|records|holds|vault-files).*\.ts$/,
};
/** Built by themselves: what turns their CommonJS into modules would otherwise be loaded with every command. */
const ALONE = ["packages/palyra/src/authoring/sbom.ts", "packages/palyra/src/feeds/osv/zip-entries.ts"];

/** CommonJS that is bundled asks for Node's own modules by `require`, which a module does not have. */
const REQUIRE = {
  js: 'import { createRequire as __makeRequire } from "node:module"; const require = __makeRequire(import.meta.url);',
};

/** Reads its module from beside itself; loaded by what decides about launches alone. */
const CEDAR = "@cedar-policy/cedar-wasm/nodejs";
/** CommonJS that npm installs beside it, left as it is; loaded where an attestation is verified. */
const SIGSTORE = ["@sigstore/bundle", "@sigstore/protobuf-specs", "@sigstore/verify"];

/**
 * age can encrypt for keys of other kinds as well, after the quantum computer and on a token; a vault's is X25519 and none of these
 * (spec 6.4), whose curves and tables are a third of what a vault loads.
 */
const onlyX25519 = {
  name: "only X25519",
  setup: (build) => {
    build.onResolve({ filter: /^@noble\/(?:post-quantum\/hybrid|curves\/nist)\.js$/ }, ({ path, importer }) =>
      /[\\/]age-encryption[\\/]/.test(importer) ? { path, namespace: "not-x25519" } : undefined,
    );
    build.onLoad({ filter: /./, namespace: "not-x25519" }, () => ({
      contents: `const none = new Proxy({}, { get() { throw new TypeError("the key of a vault is X25519"); } });
export { none as MLKEM768P256, none as MLKEM768X25519, none as p256 };`,
    }));
  },
};

/** The SDK's servers are given their validator (`mcp/server.ts`): the one that they would make for themselves is ajv, 270 KB that make code of schemas. */
const givenValidator = {
  name: "given validator",
  setup: (build) => {
    const name = "@modelcontextprotocol/server/_shims";
    build.onResolve({ filter: /^@modelcontextprotocol\/server\/_shims$/ }, () => ({ path: name, namespace: "given-validator" }));
    build.onLoad({ filter: /./, namespace: "given-validator" }, () => ({
      contents: `export { CfWorkerJsonSchemaValidator as DefaultJsonSchemaValidator } from "@modelcontextprotocol/server/validators/cf-worker";
export { default as process } from "node:process";`,
      resolveDir: join(root, "packages/palyra"),
    }));
  },
};

const DAEMON_ENTRIES = { palyrad: "packages/palyra/src/entry/palyrad.ts" };

/** Copied as they are: bundled they would be a third larger, and take as much longer to load. */
const compiled = {
  name: "compiled",
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]supplychain[\\/]sbom[\\/]generated[\\/].*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path),
      loader: "copy",
    })),
};

async function bundle(outdir) {
  const { build } = await import("esbuild");
  const common = {
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    conditions: ["palyra-source"],
    minifySyntax: true,
    legalComments: "none",
    // Nobody stops what is shipped in the middle: the fault points are the tests', which make bundles of their own.
    define: {
      "process.env.PALYRA_FAULT_POINT": "undefined",
      "process.env.PALYRA_CODE_DIGEST": JSON.stringify(codeDigest()),
    },
    logLevel: "warning",
    metafile: true,
  };
  const alone = await build({
    ...common,
    entryPoints: ALONE,
    outdir: join(outdir, "chunks"),
    entryNames: "[name]",
    banner: REQUIRE,
    // A way to XML that we do not take.
    external: ["xmlbuilder2"],
  });
  const { metafile } = await build({
    ...common,
    entryPoints: { palyra: "packages/palyra/src/entry/palyra.ts", index: "packages/palyra/src/entry/index.ts" },
    outdir,
    chunkNames: "chunks/[name]-[hash]",
    splitting: true,
    // Native code and what stands in for it is found at run time.
    external: ["@napi-rs/keyring", "@photostructure/sqlite", "node:sqlite", CEDAR, ...SIGSTORE],
    assetNames: "chunks/[name]-[hash]",
    plugins: [
      compiled,
      onlyX25519,
      givenValidator,
      chunks(root, {
        isCommon: (path) => COMMON.test(path),
        together: Object.fromEntries(Object.entries(TOGETHER).map(([name, files]) => [name, (path) => files.test(path)])),
        alone: ALONE.map((each) => join(root, each)),
      }),
    ],
  });
  // Apart, so that no command loads anything of the daemon (habit 8). What npm installs beside it is left as it is: CommonJS.
  const daemon = await build({
    ...common,
    entryPoints: DAEMON_ENTRIES,
    outdir: join(outdir, "daemon"),
    chunkNames: "chunks/[name]-[hash]",
    splitting: true,
    external: [
      "@napi-rs/keyring",
      "@photostructure/sqlite",
      "node:sqlite",
      "pino",
      "prom-client",
      "xmlbuilder2",
      CEDAR,
      ...SIGSTORE,
    ],
    assetNames: "chunks/[name]-[hash]",
    banner: REQUIRE,
    plugins: [compiled, onlyX25519, givenValidator],
  });
  const sandbox = await build({ ...common, ...sandboxBundle, outfile: join(outdir, "sandbox/child.cjs") });
  Object.assign(metafile.outputs, sandbox.metafile.outputs, alone.metafile.outputs, daemon.metafile.outputs);
  writeFileSync(join(outdir, "meta.json"), JSON.stringify(metafile));
  // Chunks of earlier builds go last: a command that runs meanwhile finds its own.
  const made = new Set(Object.keys(metafile.outputs).map((output) => basename(output)));
  for (const folder of [join(outdir, "chunks"), join(outdir, "daemon/chunks")])
    for (const name of readdirSync(folder)) if (!made.has(name)) rmSync(join(folder, name));
}

/** `--outdir DIR`: another place for the bundle; the tests look at what it holds. */
const named = process.argv.indexOf("--outdir");
if (process.argv.includes("--types") || !process.argv.includes("--bundle")) types();
if (process.argv.includes("--bundle") || !process.argv.includes("--types")) {
  if (existsSync(join(root, "packages/palyra/src/entry/palyra.ts")))
    await bundle(named === -1 ? palyraDist : process.argv[named + 1]);
}
