import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeUtf8, parseJson } from "../../src/encoding/index.ts";
import {
  compareWithLocks,
  componentsOf,
  isLockFile,
  LOCK_FILE_NAMES,
  type LockFile,
  lockedPurl,
  MAX_ALL_LOCKED_HASHES,
  MAX_ALL_LOCKED_PACKAGES,
  MAX_LOCKED_PACKAGES,
  readLockFile,
  readLockFiles,
} from "../../src/supplychain/index.ts";
import { MAX_LOCK_LINES } from "../../src/supplychain/locks/lines.ts";

const SRI = `sha512-${Buffer.alloc(64, 7).toString("base64")}`;
const read = (path: string, text: string) => readLockFile(path, encodeUtf8(text));
/** `purl use`, each with the algorithms of its digests. */
const packagesOf = (path: string, text: string): readonly string[] => {
  const reading = read(path, text);
  if (!reading.ok) throw new Error(`${reading.problem} at ${reading.offset}`);
  return reading.packages.map((locked) =>
    [lockedPurl(locked), locked.use, ...locked.hashes.map(({ algorithm }) => algorithm)].join(" "),
  );
};
const lines = (...each: readonly string[]): string => `${each.join("\n")}\n`;

const PNPM_9 = lines(
  "lockfileVersion: '9.0'",
  "",
  "settings:",
  "  autoInstallPeers: true",
  "",
  "importers:",
  "",
  "  .:",
  "    dependencies:",
  "      '@scope/a':",
  "        specifier: ^1.0.0",
  "        version: 1.0.1(react@18.0.0)",
  "      other:",
  "        specifier: npm:real@^2",
  "        version: real@2.0.0",
  "    devDependencies:",
  "      tool:",
  "        specifier: ^3",
  "        version: 3.0.0",
  "",
  "packages:",
  "",
  "  '@scope/a@1.0.1':",
  `    resolution: {integrity: ${SRI}}`,
  "    engines: {node: '>=8'}",
  "    deprecated: |-",
  "      do not",
  "      use: it",
  "",
  "  below@1.1.0:",
  `    resolution: {integrity: ${SRI}}`,
  "",
  "  maybe@1.2.0:",
  `    resolution: {integrity: ${SRI}}`,
  "",
  "  real@2.0.0:",
  `    resolution: {integrity: ${SRI}}`,
  "",
  "  tool@3.0.0:",
  `    resolution: {integrity: ${SRI}}`,
  "",
  "  local@file:../local:",
  "    resolution: {directory: ../local, type: directory}",
  "",
  "snapshots:",
  "",
  "  '@scope/a@1.0.1(react@18.0.0)':",
  "    dependencies:",
  "      below: 1.1.0",
  "    optionalDependencies:",
  "      maybe: 1.2.0",
  "",
  "  below@1.1.0: {}",
  "",
  "  maybe@1.2.0: {}",
  "",
  "  real@2.0.0: {}",
  "",
  "  tool@3.0.0: {}",
);

const READ: readonly (readonly [what: string, path: string, text: string, packages: readonly string[]])[] = [
  [
    "npm 3: what is shipped, what is not; links, aliases and the project's own",
    "package-lock.json",
    JSON.stringify({
      lockfileVersion: 3,
      packages: {
        "": { name: "root", version: "9.9.9" },
        "packages/own": { version: "1.0.0" },
        "node_modules/own": { resolved: "packages/own", link: true },
        "node_modules/@s/a": { version: "1.0.0", integrity: SRI },
        "node_modules/@s/a/node_modules/b": { version: "2.0.0", dev: true },
        "node_modules/c": { name: "real", version: "3.0.0", optional: true },
        "node_modules/d": { version: "4.0.0", devOptional: true, integrity: "sha512-short" },
      },
    }),
    [
      "pkg:npm/%40s/a@1.0.0 shipped SHA-512",
      "pkg:npm/b@2.0.0 development",
      "pkg:npm/real@3.0.0 optional",
      "pkg:npm/d@4.0.0 optional",
    ],
  ],
  [
    "npm 1: a tree; an alias; a repository",
    "assets/npm-shrinkwrap.json",
    JSON.stringify({
      lockfileVersion: 1,
      dependencies: {
        a: { version: "1.0.0", dependencies: { b: { version: "2.0.0", dev: true } } },
        c: { version: "npm:real@3.0.0" },
        d: { version: "git+ssh://git@example.com/d.git#0000000" },
      },
    }),
    ["pkg:npm/a@1.0.0 shipped", "pkg:npm/b@2.0.0 development", "pkg:npm/real@3.0.0 shipped"],
  ],
  [
    "Yarn 1",
    "yarn.lock",
    lines(
      "# yarn lockfile v1",
      "",
      '"@babel/core@^7.0.0", "@babel/core@^7.1.0":',
      '  version "7.1.0"',
      '  resolved "https://registry.yarnpkg.com/@babel/core/-/core-7.1.0.tgz#00"',
      `  integrity ${SRI}`,
      "  dependencies:",
      '    "@babel/code-frame" "^7.0.0"',
      "",
      "abbrev@1, abbrev@^1.0.0:",
      '  version "1.1.1"',
      "",
      '"other@npm:@s/real@^2":',
      '  version "2.0.0"',
      "",
      '"local@file:./local":',
      '  version "0.0.0"',
    ),
    ["pkg:npm/%40babel/core@7.1.0 unknown SHA-512", "pkg:npm/abbrev@1.1.1 unknown", "pkg:npm/%40s/real@2.0.0 unknown"],
  ],
  [
    "Yarn Berry",
    "yarn.lock",
    lines(
      "__metadata:",
      "  version: 8",
      "  cacheKey: 10c0",
      "",
      '"lodash@npm:^4.17.21":',
      "  version: 4.17.21",
      '  resolution: "lodash@npm:4.17.21"',
      "  checksum: 10c0/abab",
      "",
      '"root@workspace:.":',
      "  version: 0.0.0-use.local",
      '  resolution: "root@workspace:."',
      "  dependencies:",
      '    lodash: "npm:^4.17.21"',
    ),
    ["pkg:npm/lodash@4.17.21 unknown"],
  ],
  [
    "pnpm 9: what is reached is shipped",
    "pnpm-lock.yaml",
    PNPM_9,
    [
      "pkg:npm/%40scope/a@1.0.1 shipped SHA-512",
      "pkg:npm/below@1.1.0 shipped SHA-512",
      "pkg:npm/maybe@1.2.0 optional SHA-512",
      "pkg:npm/real@2.0.0 shipped SHA-512",
      "pkg:npm/tool@3.0.0 development SHA-512",
    ],
  ],
  [
    "pnpm 6",
    "pnpm-lock.yaml",
    lines("lockfileVersion: '6.0'", "packages:", "  /@s/a@1.0.0(b@2.0.0):", "    dev: false", "  /b@2.0.0:", "    dev: true"),
    ["pkg:npm/%40s/a@1.0.0 shipped", "pkg:npm/b@2.0.0 development"],
  ],
  [
    "pnpm 5",
    "pnpm-lock.yaml",
    lines(
      "lockfileVersion: 5.4",
      "packages:",
      "",
      "  /@s/a/1.0.0_b@2.0.0:",
      "    resolution:",
      `      integrity: ${SRI}`,
      "    dev: false",
      "  /b/2.0.0:",
      "    optional: true",
    ),
    ["pkg:npm/%40s/a@1.0.0 shipped SHA-512", "pkg:npm/b@2.0.0 optional"],
  ],
  [
    "Cargo 4 and 1: what has no source is the project's own",
    "Cargo.lock",
    lines(
      "version = 4",
      "[[package]]",
      'name = "own"',
      'version = "0.1.0"',
      "[[package]]",
      'name = "serde"',
      'version = "1.0.0"',
      'source = "registry+https://x"',
      `checksum = "${"ab".repeat(32)}"`,
      "[[package]]",
      'name = "old"',
      'version = "2.0.0"',
      'source = "registry+https://x"',
      "[metadata]",
      `"checksum old 2.0.0 (registry+https://x)" = "${"cd".repeat(32)}"`,
    ),
    ["pkg:cargo/serde@1.0.0 unknown SHA-256", "pkg:cargo/old@2.0.0 unknown SHA-256"],
  ],
  [
    "go.sum",
    "go.sum",
    lines("example.com/m v1.0.0 h1:abc=", "example.com/m v1.0.0/go.mod h1:abc=", "example.com/n v1.0.0/go.mod h1:abc="),
    ["pkg:golang/example.com/m@v1.0.0 unknown"],
  ],
  [
    "go.mod",
    "go.mod",
    lines(
      "module example.com/own",
      "",
      "go 1.22",
      "",
      "require example.com/a v1.0.0 // why",
      "require (",
      "\texample.com/b/v2 v2.0.0 // indirect",
      "\texample.com/c v1.0.0",
      ")",
      "replace example.com/c => ../c",
      "exclude example.com/d v1.0.0",
    ),
    ["pkg:golang/example.com/a@v1.0.0 unknown", "pkg:golang/example.com/b/v2@v2.0.0 unknown"],
  ],
  [
    "Poetry 2 and 1",
    "poetry.lock",
    lines(
      "[[package]]",
      'name = "A_b"',
      'version = "1.0"',
      'groups = ["main", "dev"]',
      `files = [{ file = "a.whl", hash = "sha256:${"ab".repeat(32)}" }]`,
      "[[package]]",
      'name = "tool"',
      'version = "2.0"',
      'category = "dev"',
      "[[package]]",
      'name = "git"',
      'version = "2.0"',
      "[package.source]",
      'type = "git"',
      "[metadata.files]",
      `tool = [{ file = "t.whl", hash = "sha256:${"cd".repeat(32)}" }]`,
    ),
    ["pkg:pypi/a-b@1.0 shipped SHA-256", "pkg:pypi/tool@2.0 development SHA-256"],
  ],
  [
    "uv",
    "uv.lock",
    lines(
      "version = 1",
      "[[package]]",
      'name = "own"',
      'version = "0.1.0"',
      'source = { virtual = "." }',
      "[[package]]",
      'name = "idna"',
      'version = "3.7"',
      'source = { registry = "https://pypi.org/simple" }',
      `sdist = { url = "https://x", hash = "sha256:${"ab".repeat(32)}" }`,
      `wheels = [{ url = "https://y", hash = "sha256:${"cd".repeat(32)}" }]`,
    ),
    ["pkg:pypi/idna@3.7 unknown SHA-256 SHA-256"],
  ],
  [
    "Pipenv",
    "Pipfile.lock",
    JSON.stringify({
      _meta: {},
      default: { a: { version: "==1.0", hashes: [`sha256:${"ab".repeat(32)}`] } },
      develop: { b: { version: "==2.0" } },
    }),
    ["pkg:pypi/a@1.0 shipped SHA-256", "pkg:pypi/b@2.0 development"],
  ],
  [
    "requirements with digests",
    "requirements-prod.txt",
    lines(
      "--index-url https://pypi.org/simple",
      "# what is needed",
      'idna[extra]==3.7 ; python_version >= "3.8" \\',
      `    --hash=sha256:${"ab".repeat(32)} \\`,
      `    --hash=sha256:${"cd".repeat(32)}`,
      "loose>=2",
    ),
    ["pkg:pypi/idna@3.7 unknown SHA-256 SHA-256"],
  ],
  ["requirements without digests lock nothing", "requirements.txt", "idna==3.7\n", []],
  ["an empty project of npm", "package-lock.json", '{"lockfileVersion":3}', []],
];

describe("lock files", () => {
  it.each(READ)("%s", (_, path, text, packages) => {
    expect(packagesOf(path, text)).toEqual(packages);
    // The same on another system, and behind a byte order mark.
    expect(packagesOf(path, `\ufeff${text.replaceAll("\n", "\r\n")}`)).toEqual(packages);
  });

  it("are known by their names", () => {
    for (const name of LOCK_FILE_NAMES) expect(isLockFile(`assets/below/${name}`)).toBe(true);
    for (const name of [
      "assets/package.json",
      "assets/yarn.lock.md",
      "assets/requirements.md",
      "assets/x-Cargo.lock",
      "assets/cargo.toml",
    ])
      expect(isLockFile(name)).toBe(false);
  });

  it.each([
    ["package-lock.json", "{}"],
    ["package-lock.json", '{"packages":{},"packages":{}}'],
    ["package-lock.json", "[]"],
    ["Pipfile.lock", "{}"],
    ["Cargo.lock", "[[package]]\nname = 'a'\nname = 'b'"],
    ["Cargo.lock", "[[package]]\nversion = '1'\nsource = 'x'"],
    ["Cargo.lock", "package = 1"],
    ["poetry.lock", "[[package"],
    ["go.sum", "one two"],
    ["go.mod", "require (\n"],
    ["go.mod", "require example.com/a"],
    ["yarn.lock", "what is this"],
    ["yarn.lock", "a@1:\n\tversion 1"],
    ["yarn.lock", "a@1:\n  resolved x"],
    ["pnpm-lock.yaml", "packages: {}"],
    ["pnpm-lock.yaml", "lockfileVersion: '10.0'"],
    ["pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  a@1.0.0: &x\n    b: 1"],
    ["pnpm-lock.yaml", "lockfileVersion: '9.0'\n---\npackages:\n"],
    ["pnpm-lock.yaml", `${Array.from({ length: 40 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")}`],
    ["go.sum", "\ud800"],
  ])("%s is refused with its problem: %j", (path, text) => {
    const bytes = text === "\ud800" ? Uint8Array.of(0xff) : encodeUtf8(text);
    expect(readLockFile(path, bytes)).toMatchObject({ ok: false, problem: expect.any(String), offset: expect.any(Number) });
  });

  it("of more packages than anybody has are refused", () => {
    const text = Array.from({ length: MAX_LOCKED_PACKAGES + 1 }, (_, index) => `example.com/${index} v1.0.0 h1:a=`).join("\n");
    expect(read("go.sum", text)).toMatchObject({ ok: false });
  });

  it("T17: of more lines than anybody has are refused before they are read", () => {
    const text = "a v1 h1:\n".repeat(MAX_LOCK_LINES + 1);
    expect(read("go.sum", text)).toEqual({
      ok: false,
      problem: `it has more than ${MAX_LOCK_LINES} lines`,
      offset: 9 * MAX_LOCK_LINES,
    });
  });

  it("whatever they hold, nothing is thrown", () => {
    const pieces = fc.constantFrom(
      ...READ.flatMap(([, , text]) => text.match(/.{1,24}\n?/gs) ?? []),
      "'",
      '"',
      "(",
      "\t",
      "\n",
      ":",
      "@",
      "{",
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...LOCK_FILE_NAMES),
        fc.array(fc.oneof(pieces, fc.string()), { maxLength: 24 }),
        (path, parts) => {
          expect(typeof read(path, parts.join("")).ok).toBe("boolean");
        },
      ),
    );
  });
});

const lock = (path: string, text: string, own = true): LockFile => ({ path, kind: "lock", own, reading: read(path, text) });
const cargo = (...packages: readonly (readonly [name: string, version: string])[]): string =>
  packages.map(([name, version]) => `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = "x"\n`).join("");
const built = (name: string, version: string): LockFile => ({
  path: "modules/m.wasm",
  kind: "built",
  own: true,
  reading: { ok: true, packages: [{ ecosystem: "crates.io", name, version, use: "shipped", hashes: [], offset: 0 }] },
});
const differences = (components: readonly object[], ...files: readonly LockFile[]): readonly string[] => {
  const sbom = parseJson(JSON.stringify({ components }));
  if (sbom.kind !== "object") throw new TypeError("no object");
  return compareWithLocks(componentsOf(sbom), files).differences.map(
    ({ kind, source, locked }) => `${kind} ${locked.name}@${locked.version} ${source.path}`,
  );
};

describe("T15: an SBOM held against what was built from", () => {
  it("lists each package that is shipped, once", () => {
    const file = lock("Cargo.lock", cargo(["a", "1.0.0"], ["a", "2.0.0"], ["a", "2.0.0"]));
    expect(differences([{ name: "a", version: "1.0.0" }], file)).toEqual(["missing a@2.0.0 Cargo.lock"]);
    expect(differences([{ name: "a", version: "1.0.0" }, { purl: "pkg:cargo/a@2.0.0" }], file)).toEqual([]);
  });

  it("is of the versions that were built, and says a contradiction once", () => {
    const file = lock("Cargo.lock", cargo(["a", "1.0.0"]));
    expect(differences([{ purl: "pkg:cargo/a@1.0.1" }], file)).toEqual(["version a@1.0.0 Cargo.lock"]);
    expect(differences([{ purl: "pkg:npm/a@1.0.1" }], file)).toEqual(["missing a@1.0.0 Cargo.lock"]);
  });

  it("T16: a version that one lock file has is no contradiction of another", () => {
    const files = [lock("Cargo.lock", cargo(["a", "1.0.0"])), lock("assets/x/Cargo.lock", cargo(["a", "2.0.0"]), false)];
    expect(differences([{ purl: "pkg:cargo/a@1.0.0" }, { purl: "pkg:cargo/a@2.0.0" }], ...files)).toEqual([]);
    expect(differences([{ purl: "pkg:cargo/a@3.0.0" }], ...files.toReversed())).toEqual(["version a@1.0.0 Cargo.lock"]);
  });

  it("what a module lists is what was built: Cargo.lock holds more", () => {
    const file = lock("Cargo.lock", cargo(["a", "1.0.0"], ["for-tests", "1.0.0"]));
    expect(differences([{ purl: "pkg:cargo/a@1.0.0" }], file, built("a", "1.0.0"))).toEqual([]);
    expect(differences([], file, built("a", "1.0.0"))).toEqual(["missing a@1.0.0 modules/m.wasm"]);
    expect(
      differences([{ purl: "pkg:cargo/for-tests@1.0.0" }, { purl: "pkg:cargo/a@1.0.0" }], file, built("a", "0.9.0")),
    ).toEqual(["version a@0.9.0 modules/m.wasm"]);
  });

  it("go.mod says which of go.sum's were chosen", () => {
    const sum = lock("go.sum", "example.com/a v1.0.0 h1:a=\nexample.com/b v1.0.0 h1:a=\n");
    expect(differences([], sum)).toHaveLength(2);
    expect(differences([], sum, lock("go.mod", "require example.com/a v1.0.0\n"))).toEqual([
      "missing example.com/a@v1.0.0 go.mod",
    ]);
  });

  it("go.mod that requires less than half of go.sum's modules hides none of them", () => {
    const sum = lock("go.sum", ["a", "b", "c"].map((name) => `example.com/${name} v1.0.0 h1:a=\n`).join(""));
    expect(differences([], sum, lock("go.mod", "module x\n"))).toHaveLength(3);
    expect(differences([], sum, lock("go.mod", "require example.com/a v1.1.0\n"))).toEqual([
      "missing example.com/b@v1.0.0 go.sum",
      "missing example.com/c@v1.0.0 go.sum",
      "missing example.com/a@v1.1.0 go.mod",
    ]);
    expect(differences([], sum, lock("assets/x/go.mod", "require example.com/a v1.0.0\n"))).toHaveLength(4);
  });

  it("what lies deeper takes nothing of the skill's own lock file back", () => {
    const npm = (path: string, own: boolean, ...versions: readonly (readonly [version: string, byte: number])[]) =>
      lock(
        path,
        JSON.stringify({
          lockfileVersion: 3,
          packages: Object.fromEntries(
            versions.map(([version, byte], index) => [
              `${"node_modules/x/".repeat(index)}node_modules/a`,
              { version, integrity: `sha512-${Buffer.alloc(64, byte).toString("base64")}` },
            ]),
          ),
        }),
        own,
      );
    const own = npm("assets/package-lock.json", true, ["1.0.0", 1]);
    const decoy = npm("assets/x/package-lock.json", false, ["1.0.0", 2], ["2.0.0", 2]);
    const component = (version: string, byte?: number) => ({
      purl: `pkg:npm/a@${version}`,
      ...(byte === undefined ? {} : { hashes: [{ alg: "SHA-512", content: Buffer.alloc(64, byte).toString("hex") }] }),
    });
    const told = ["version a@1.0.0 assets/package-lock.json"];
    expect(differences([component("2.0.0")], own)).toEqual(told);
    for (const files of [
      [own, decoy],
      [decoy, own],
    ]) {
      expect(differences([component("2.0.0")], ...files)).toEqual(told);
      expect(differences([component("1.0.0", 2)], ...files)).toContain("hash a@1.0.0 assets/package-lock.json");
      expect(differences([component("1.0.0", 1), component("2.0.0", 2)], ...files)).toEqual([]);
    }
    const two = npm("assets/package-lock.json", true, ["1.0.0", 1], ["1.5.0", 1]);
    expect(differences([component("1.0.0"), component("2.0.0")], two, decoy)).toEqual(told);
    // What only it has, it adds.
    expect(differences([component("1.0.0", 3)], decoy, npm("assets/package-lock.json", true))).toContain(
      "hash a@1.0.0 assets/x/package-lock.json",
    );
  });

  it("one of several digests is enough, and of another algorithm none is compared", () => {
    const file = lock("requirements.txt", `a==1 --hash=sha256:${"ab".repeat(32)} --hash=sha256:${"cd".repeat(32)}\n`);
    const of = (alg: string, content: string) => [{ purl: "pkg:pypi/a@1", hashes: [{ alg, content }] }];
    expect(differences(of("SHA-256", "CD".repeat(32)), file)).toEqual([]);
    expect(differences(of("SHA-512", "ef".repeat(64)), file)).toEqual([]);
    expect(differences(of("SHA-256", "ef".repeat(32)), file)).toEqual(["hash a@1 requirements.txt"]);
  });

  it("takes time that grows with both, whatever they share", () => {
    const [packages, digests] = [8_000, 8_000];
    const text = [
      ...Array.from({ length: packages }, (_, index) => `[[package]]\nname = "a"\nversion = "${index % 2}"\n`),
      `[metadata.files]\na = [${`{hash = "sha256:${"0".repeat(64)}"},`.repeat(digests)}]\n`,
    ].join("");
    const components = Array.from({ length: 2_000 }, () => ({
      purl: "pkg:pypi/a@1",
      hashes: [{ alg: "SHA-256", content: "1".repeat(64) }],
    }));
    const started = process.cpuUsage();
    expect(differences(components, lock("poetry.lock", text))).toContain("hash a@1 poetry.lock");
    // 8,000 times 8,000 digests take minutes and gigabytes.
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(15_000);
  });

  it("takes time that grows with both, whatever they are called", () => {
    const many = 20_000;
    const file = lock("go.sum", Array.from({ length: many }, (_, index) => `example.com/a v1.0.${index} h1:a=\n`).join(""));
    const components = Array.from({ length: many }, (_, index) => ({ purl: `pkg:golang/example.com/a@v2.0.${index}` }));
    const started = process.cpuUsage();
    expect(differences(components, file)).toHaveLength(many);
    // 20,000 times 20,000 comparisons take minutes.
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(15_000);
  });
});

describe("T17: all lock files together are bounded", () => {
  const sum = (count: number, called: string): Uint8Array =>
    encodeUtf8(Array.from({ length: count }, (_, index) => `${called}${index} v1.0.0 h1:a=\n`).join(""));
  const readings = (...files: Parameters<typeof readLockFiles>[0]) =>
    readLockFiles(files).map(({ path, reading }) => [path, reading.ok ? reading.packages.length : reading.problem]);

  it("by their packages, the skill's own first; what is not compared says so", () => {
    const count = 40_000;
    const below = ["a", "b", "c"].map((name) => ({
      path: `assets/${name}/go.sum`,
      bytes: sum(count, `example.com/${name}`),
      own: false,
    }));
    const over = `the lock files have more than ${MAX_ALL_LOCKED_PACKAGES} packages together`;
    expect(readings(...below, { path: "assets/go.sum", bytes: sum(1, "example.com/own"), own: true })).toEqual([
      ["assets/go.sum", 1],
      ["assets/a/go.sum", count],
      ["assets/b/go.sum", count],
      ["assets/c/go.sum", over],
    ]);
  });

  it("by their digests, however many packages share them", () => {
    const text = [
      ...Array.from({ length: 600 }, (_, index) => `[[package]]\nname = "a"\nversion = "${index}"\n`),
      `[metadata.files]\na = [${`{hash = "sha256:${"0".repeat(64)}"},`.repeat(1_000)}]\n`,
    ].join("");
    const files = [
      { path: "poetry.lock", bytes: encodeUtf8(text), own: true },
      { path: "go.sum", bytes: sum(1, "example.com/a"), own: true },
    ];
    const over = `the lock files have more than ${MAX_ALL_LOCKED_HASHES} digests together`;
    expect(readings(...files)).toEqual([
      ["poetry.lock", over],
      ["go.sum", over],
    ]);
  });
});
