import { parse as smolToml } from "smol-toml";
import { decodeUtf8 } from "../../../packages/core/src/encoding/index.ts";
import { SkillError } from "../../../packages/core/src/errors.ts";
import { readToml } from "../../../packages/core/src/manifest/index.ts";
import { tagged, taggedOracle } from "../../../packages/core/test/manifest/toml.ts";
import { sharedFiles } from "../corpus.ts";
import { ACCEPTED, Broken, mustEqual, type Outcome, refusedWith, type Target } from "../target.ts";
import { mutateText, TOML_PIECES } from "../text.ts";
import { sampleManifests } from "./samples.ts";

/** TOML 1.0: what is read, smol-toml reads as well and as the same values. */
export const toml: Target = {
  name: "toml",
  seeds: async (root) => ({
    good: [
      ...sampleManifests(),
      ...sharedFiles(root, "corpora/toml-test/tests/valid", ".toml"),
      ...sharedFiles(root, "conformance/manifest/accept", ".toml"),
    ],
    bad: sharedFiles(root, "corpora/toml-test/tests/invalid", ".toml"),
  }),
  make: (random, corpus) => mutateText(corpus, random, TOML_PIECES),
  check,
};

/** Where smol-toml 1.9.1 is wrong: texts in which these occur are read, and not compared. */
const ORACLE_FAULTS: readonly RegExp[] = [
  // A leap second, which RFC 3339 and so TOML have.
  /[0-9]:60/,
  // A quote right before the closing three is lost behind a folded line.
  /\\[ \t]*\n\s*"{4}/,
];

function check(input: Uint8Array): Outcome {
  let root: ReturnType<typeof readToml>["root"];
  try {
    root = readToml(input).root;
  } catch (error) {
    if (!(error instanceof SkillError) || error.code !== "ManifestParse") throw error;
    return refusedWith(error.code);
  }
  const text = textOf(input);
  if (!ORACLE_FAULTS.some((fault) => fault.test(text))) {
    mustEqual("smol-toml reads the same values", tagged(root), taggedOracle(smolToml(text, { integersAsBigInt: true })));
  }
  return ACCEPTED;
}

/** Without its byte order mark, and with one line end: smol-toml keeps the carriage return of a CRLF in a text of several lines. */
function textOf(input: Uint8Array): string {
  const text = decodeUtf8(input);
  if (text === undefined) throw new Broken("what is read is UTF-8", input);
  return text.replace(/^\ufeff/, "").replaceAll("\r\n", "\n");
}
