import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describeShared, shared, sharedBytes } from "../../../../testing/shared.ts";
import { openArtifact } from "../../src/artifact/index.ts";
import { type ErrorCode, type Fault, SkillError } from "../../src/errors.ts";
import { parseSignature } from "../../src/signature/index.ts";
import { parseConstraints, parseTrustStore } from "../../src/trust/index.ts";
import { nodePlatform } from "../platforms.ts";
import { assemble, sampleEntries } from "./samples.ts";

const corpus = ["corpora", "json-test-suite", "test_parsing"] as const;

/** Every parser of JSON that this part of the core has, each with the code of its refusals. */
const readers: readonly { name: string; code: ErrorCode; read: (bytes: Uint8Array) => unknown }[] = [
  { name: "signature document", code: "Serialization", read: (bytes) => parseSignature(bytes, "signature.json") },
  { name: "trust store", code: "Serialization", read: (bytes) => parseTrustStore(bytes, "trust-store.json") },
  { name: "constraints", code: "Serialization", read: (bytes) => parseConstraints(bytes, "trust-constraints.json") },
  { name: "SBOM", code: "InvalidSbom", read: (bytes) => openWith("sbom.cdx.json", bytes) },
  { name: "provenance", code: "InvalidProvenance", read: (bytes) => openWith("provenance.json", bytes) },
];

/** Repeated keys: RFC 8259 lets them pass, this system does not (vector A12). */
const REPEATED = ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"];
/** White space alone or nothing is an empty trust store (spec 3.1). */
const EMPTY = ["n_single_space.json", "n_structure_no_data.json"];

describeShared(corpus.join("/"), "JSONTestSuite", () => {
  const files = readdirSync(shared(...corpus)).filter((name) => name.endsWith(".json"));
  it("has its 318 files", () => expect(files).toHaveLength(318));

  describe.each(readers)("as $name", ({ code, read, name }) => {
    it("is refused where it is no JSON, with the position", async () => {
      for (const file of [...files.filter((each) => each.startsWith("n_")), ...REPEATED]) {
        if (name === "trust store" && EMPTY.includes(file)) continue;
        const faults = await faultsOf(file, code, read);
        expect(faults, file).toHaveLength(1);
        expect(faults[0], file).toMatchObject({ path: "", line: expect.any(Number), column: expect.any(Number) });
      }
    });

    it("is refused for its content alone where it is JSON", async () => {
      for (const file of files.filter((each) => each.startsWith("y_") && !REPEATED.includes(each))) {
        if (name === "trust store" && file === "y_object_empty.json") continue;
        const faults = await faultsOf(file, code, read);
        expect(
          faults.every(({ path, problem }) => path !== "" || /object|unknown key/.test(problem)),
          `${file} ${JSON.stringify(faults)}`,
        ).toBe(true);
      }
    });

    it("never fails in another way where the standard leaves it open", async () => {
      for (const file of files.filter((each) => each.startsWith("i_"))) await faultsOf(file, code, read);
    });
  });

  async function faultsOf(file: string, code: ErrorCode, read: (bytes: Uint8Array) => unknown): Promise<readonly Fault[]> {
    const error = await Promise.resolve(sharedBytes(...corpus, file))
      .then(read)
      .catch((thrown: unknown) => thrown);
    expect(error, file).toHaveCode(code);
    return error instanceof SkillError && "faults" in error.details ? (error.details.faults ?? []) : [];
  }
});

async function openWith(path: string, bytes: Uint8Array): Promise<unknown> {
  return openArtifact(await assemble((await sampleEntries()).set(path, bytes)), nodePlatform);
}
