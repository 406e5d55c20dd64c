import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeShared } from "../../../../testing/shared.ts";
import { LAYOUTS, type LayoutName } from "../../src/archive/index.ts";
import { type BuildInput, buildArtifact, openArtifact, type SourceFile } from "../../src/artifact/index.ts";
import { toHex } from "../../src/encoding/index.ts";
import { nodePlatform, platforms } from "../platforms.ts";
import { vectorsOf } from "../vectors.ts";
import { build, SAMPLE } from "./samples.ts";

const layouts: readonly LayoutName[] = ["flat", "namespaced"];
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

interface VectorFile {
  readonly path: string;
  readonly base64?: string;
  readonly zeros?: number;
}
interface BuildVector {
  readonly toml: string;
  readonly modules: readonly VectorFile[];
  readonly assets: readonly VectorFile[];
  readonly sbom: string;
  readonly provenance: string;
  readonly ok: boolean;
  readonly code: string;
  readonly also?: readonly string[];
  readonly entries: readonly { readonly path: string; readonly sha256?: string }[];
}

describeShared("conformance/build", "conformance/build", () => {
  const vectors = Object.entries(vectorsOf<Record<string, BuildVector>>("conformance", "build", "expected.json"));
  it("has 57 cases", () => expect(vectors).toHaveLength(57));
  describe.each(layouts)("in the %s layout", (layout) => {
    it.each(vectors)("%s", async (_, vector) => {
      const building = buildArtifact(inputOf(vector, layout), nodePlatform);
      if (!vector.ok) {
        await expect(building).rejects.toHaveCode(vector.code, ...(vector.also ?? []));
        return;
      }
      const { artifact } = await building;
      const entries = new Map(artifact.archive.entries.map(({ path, sha256 }) => [path, sha256]));
      const wanted = vector.entries.map(({ path, sha256 }) => ({ path: inLayout(path, layout), sha256 }));
      expect([...entries.keys()].sort()).toEqual(wanted.map(({ path }) => path).sort());
      for (const { path, sha256 } of wanted) if (sha256 !== undefined) expect(entries.get(path), path).toBe(sha256);
    });
  });
});

describe("building", () => {
  it("gives what opening gives back", async () => {
    await fc.assert(
      fc.asyncProperty(inputs, async (input) => {
        const { bytes, artifact } = await buildArtifact(input, nodePlatform);
        const opened = await openArtifact(bytes, nodePlatform);
        expect(opened.payloadSha256).toBe(artifact.payloadSha256);
        expect(opened.layout.name).toBe(input.layout);
        expect(opened.signature.signed_at_unix_ms).toBe(BigInt(input.signedAtUnixMs));
        expect(toHex(opened.publicKey)).toBe(toHex(await nodePlatform.ed25519.publicKey(input.secretKey)));
        for (const [folder, files] of [
          ["modules/", input.modules],
          ["assets/", input.assets ?? []],
        ] as const) {
          for (const file of files) expect(opened.archive.get(folder + file.path)?.bytes).toEqual(file.bytes);
        }
        expect(opened.archive.get(opened.layout.sbom)?.bytes).toEqual(input.sbom);
        expect(opened.manifest.integrity.files).toHaveLength(opened.archive.entries.length - 2);
      }),
      { numRuns: 40 },
    );
  });

  it("gives the same bytes whatever the platform and the order of the input", async () => {
    const files = ["b.txt", "a/z", "a/b", "é", "\u{10000}", "\uffee"].map((path) => ({ path, bytes: text(path.repeat(40)) }));
    const [first] = await Promise.all([build({ assets: files })]);
    for (const platform of platforms) {
      const { bytes } = await buildArtifact({ ...SAMPLE, assets: files.toReversed() }, platform);
      expect(toHex(bytes)).toBe(toHex(first.bytes));
    }
  });

  it("replaces the author's own integrity", async () => {
    const manifest = `${new TextDecoder().decode(SAMPLE.manifest)}\n[[integrity.files]]\npath = "x"\nsha256 = "y"\n`;
    const { artifact } = await build({ manifest: text(manifest) });
    expect(artifact.manifest.integrity.files.map(({ path }) => path)).toEqual([
      "_palyra/provenance.json",
      "_palyra/sbom.cdx.json",
      "modules/module.wasm",
    ]);
  });

  it.each([0, 31, 33, 64])("refuses a secret key of %i bytes", async (length) => {
    const building = build({ secretKey: new Uint8Array(length) });
    await expect(building).rejects.toHaveCode("InvalidSigningKeyLength");
    await expect(building).rejects.toMatchObject({ details: { actual: length } });
  });

  it("refuses a time that is no i64", async () => {
    await expect(build({ signedAtUnixMs: 2n ** 63n })).rejects.toHaveCode("Serialization");
  });

  it("names every module that is none", async () => {
    const modules = ["a.wat", "b.wasm", "c"].map((path) => ({ path, bytes: new Uint8Array() }));
    await expect(build({ modules })).rejects.toMatchObject({ details: { faults: [{ found: "a.wat" }, { found: "c" }] } });
  });

  it("leaves the input as it was", async () => {
    const input = structuredClone(SAMPLE);
    await buildArtifact(input, nodePlatform);
    expect(input).toEqual(SAMPLE);
  });
});

const segment = fc.stringMatching(/^[a-z0-9é]{1,6}$/u).filter((name) => !/^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/.test(name));
const contents = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.nat(5000).map((length) => new Uint8Array(length).fill(65)),
);

/** No file has the name of another's folder: all have the same number of segments. */
const filesIn = (suffix: string, minLength: number): fc.Arbitrary<SourceFile[]> =>
  fc.uniqueArray(
    fc.record({ path: fc.tuple(segment, segment).map(([folder, name]) => `${folder}/${name}${suffix}`), bytes: contents }),
    { minLength, maxLength: 6, selector: ({ path }) => path },
  );

const inputs: fc.Arbitrary<BuildInput & { readonly layout: LayoutName }> = fc.record({
  manifest: fc.constant(SAMPLE.manifest),
  modules: filesIn(".wasm", 1),
  assets: filesIn(".txt", 0),
  sbom: fc.constant(SAMPLE.sbom),
  provenance: fc.constant(SAMPLE.provenance),
  secretKey: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  layout: fc.constantFrom(...layouts),
  signedAtUnixMs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
});

function inputOf(vector: BuildVector, layout: LayoutName): BuildInput {
  return {
    manifest: text(vector.toml),
    modules: vector.modules.map(fileOf),
    assets: vector.assets.map(fileOf),
    sbom: text(vector.sbom),
    provenance: text(vector.provenance),
    secretKey: SAMPLE.secretKey,
    layout,
    signedAtUnixMs: 0,
  };
}

function fileOf({ path, base64, zeros }: VectorFile): SourceFile {
  return { path, bytes: zeros === undefined ? new Uint8Array(Buffer.from(base64 ?? "", "base64")) : new Uint8Array(zeros) };
}

/** The vectors name the files of the flat layout. */
function inLayout(path: string, layout: LayoutName): string {
  const { flat } = LAYOUTS;
  for (const role of ["sbom", "provenance", "signature"] as const) if (path === flat[role]) return LAYOUTS[layout][role];
  return path;
}
