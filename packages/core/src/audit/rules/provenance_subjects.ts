import { isModulePath } from "../../artifact/index.ts";
import { isSha256Hex } from "../../encoding/index.ts";
import {
  contradictingSha256,
  isPlaceholder,
  type ProvenanceSubject,
  readStatement,
  sha256Digest,
} from "../../supplychain/index.ts";
import { digestsOf, filesByEnding, type PaperFinding, placed } from "../papers.ts";
import { artifactRule, findings, pass } from "../rule.ts";
import { counted, messagesOf, named, quoted } from "../wording.ts";

export const provenanceSubjects = artifactRule({
  id: "provenance_subjects",
  severity: "error",
  asks: "Is the provenance about the modules that are in this artifact?",
  why: "A provenance of something else proves nothing: it can be copied from any honest build and laid beside any module.",
  references: ["T15", "CWE-345", "CWE-353"],
  advice:
    "Make the provenance of the modules that are packed, each as a subject with its SHA-256: `palyra skills package build` without `--provenance` does.",
  example: {
    flagged:
      '{ "subject": [{ "name": "modules/echo.wasm", "digest": { "sha256": "TODO" } }], "builder": { "id": "https://ci.example" } }',
    passes:
      '{ "subject": [{ "name": "modules/echo.wasm", "digest": { "sha256": "<SHA-256 of the packed file>" } }], "builder": { "id": "https://ci.example" } }',
  },
  check: ({ provenance, files, layout }) => {
    const reading = readStatement(provenance);
    if (!reading.ok) {
      const message = `The provenance is no statement that can be read: ${quoted(reading.place.path)} ${reading.problem}. Write in-toto v1 with a predicate of SLSA v1.`;
      const found = [{ code: "statement_unknown", status: "fail", message, at: reading.place } as const];
      return [findings(message, placed(found, layout.provenance, files))];
    }
    const { statement } = reading;
    const goods = digestsOf(files.filter(({ path }) => path !== layout.provenance && path !== layout.signature));
    const known = { goods, digests: new Set(goods.values()), endings: filesByEnding(goods.keys()) };
    const judged = statement.subjects.map((subject) => judge(subject, known));
    const found = [...judged.flatMap(({ finding }) => finding ?? []), ...uncovered(judged, goods, provenance.offset)];
    const details = {
      statement: statement.form,
      predicate: statement.predicate,
      ...(statement.predicateType === undefined ? {} : { predicate_type: statement.predicateType }),
      subjects: statement.subjects.length,
    };
    if (found.length === 0) {
      const modules = counted([...goods.keys()].filter(isModulePath).length, "module");
      return [pass(`The provenance names ${modules} by digest, and nothing else than what is packed.`, details)];
    }
    return [findings(messagesOf(found), placed(found, layout.provenance, files), details)];
  },
});

interface Known {
  readonly goods: ReadonlyMap<string, string>;
  readonly digests: ReadonlySet<string>;
  readonly endings: ReadonlyMap<string, string | undefined>;
}

interface Judged {
  /** The digest that it vouches for, where that is one of a file of the artifact. */
  readonly covers?: string;
  /** The file that its name is of. */
  readonly path?: string;
  /** It has a digest that is meant as one. */
  readonly vouches: boolean;
  readonly finding?: PaperFinding;
}

/** T15: a digest that stands here is the digest of something here. */
function judge(subject: ProvenanceSubject, { goods, digests, endings }: Known): Judged {
  const { name } = subject;
  const who = name === "" ? `\`${subject.place.path}\`` : quoted(name);
  const digest = sha256Digest(subject);
  const path = goods.has(name) ? name : endings.get(name);
  const of = path === undefined ? {} : { path };
  const warn = (code: string, message: string, quote: string): Judged => ({
    ...of,
    vouches: false,
    finding: { code, status: "warn", message, at: digest?.place ?? subject.place, quote },
  });
  const [other] = contradictingSha256(subject);
  if (other !== undefined) {
    const message = `The provenance gives two SHA-256 of ${who}, and readers differ in which they take. Write one.`;
    const finding = { code: "digest_ambiguous", status: "fail", message, at: other.place, quote: other.value } as const;
    return { ...of, vouches: true, finding };
  }
  if (digest === undefined) {
    const others = subject.digests.map(({ algorithm }) => algorithm);
    if (others.length === 0) return warn("digest_missing", `The provenance gives no digest of ${who}. Write its SHA-256.`, name);
    const message = `The provenance gives ${named(others, quoted, ", ")} of ${who}, which is not compared here. Write its SHA-256 as well.`;
    return warn("algorithm_unknown", message, name);
  }
  const value = digest.value.toLowerCase();
  if (isPlaceholder(value))
    return warn(
      "digest_placeholder",
      `The provenance has a placeholder where the SHA-256 of ${who} belongs. Fill it in.`,
      digest.value,
    );
  if (!isSha256Hex(value))
    return warn("digest_malformed", `What the provenance gives as SHA-256 of ${who} is none. Write 64 hex digits.`, digest.value);
  const fail = (code: string, message: string): Judged => ({
    ...of,
    vouches: true,
    finding: { code, status: "fail", message, at: digest.place, quote: digest.value },
  });
  if (path !== undefined && goods.get(path) !== value)
    return fail(
      "digest_mismatch",
      `The provenance is of another ${quoted(path)} than the one that is packed, whose SHA-256 is ${goods.get(path)}.`,
    );
  if (path === undefined && !digests.has(value))
    return fail("digest_unknown", `The provenance is of ${who}, which is none of the files of this artifact.`);
  return { ...of, vouches: true, covers: value };
}

/** Each module is a subject. Where the provenance vouches for something, what it leaves out is what nobody vouches for. */
function uncovered(judged: readonly Judged[], goods: ReadonlyMap<string, string>, offset: number): readonly PaperFinding[] {
  const covered = new Set(judged.map(({ covers }) => covers));
  const anyVouches = judged.some(({ vouches }) => vouches);
  // Of these there is more to say than that: but a name without a digest is no more than no name where others have theirs.
  const told = new Set(judged.filter(({ vouches }) => vouches || !anyVouches).map(({ path }) => path));
  const status = anyVouches ? "fail" : "warn";
  return [...goods]
    .filter(([path, sha256]) => isModulePath(path) && !covered.has(sha256) && !told.has(path))
    .map(([path]) => ({
      code: "module_uncovered",
      status,
      message: `The provenance does not cover ${quoted(path)}. Name it as a subject with its SHA-256.`,
      at: { path: "subject", offset },
      quote: path,
    }));
}
