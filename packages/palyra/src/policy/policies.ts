import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Fault, SkillError } from "palyra-skills";
import { compareUtf8, decodeUtf8, encodeUtf8, toHex, u64be } from "palyra-skills/encoding";
import type { Platform } from "palyra-skills/platform";
import { io, Kept, readStanding } from "../files/index.ts";
import { type Decider, type NamedPolicy, type ParsedFile, parsePolicyText, prepareDecider } from "./cedar.ts";
import { decideByDefault, OWN_POLICIES } from "./default-decision.ts";
import { SCHEMA } from "./default-policy.ts";

/** Bytes of one file of policies. */
const MAX_POLICY_FILE_BYTES = 1024 * 1024;
/** Files of one folder. */
const MAX_POLICY_FILES = 200;

/** What decides about launches here and now. */
export interface Policies extends Decider {
  /** Of schema and policies: an approval was given under these, and under no others (T28). 64 hex digits. */
  readonly sha256: string;
  readonly policies: readonly NamedPolicy[];
  /** The operator's files, as they were found. */
  readonly files: readonly string[];
  readonly warnings: readonly { readonly file: string; readonly fault: Fault }[];
}

/** A file as it is read: its text, or what is wrong. */
interface Source {
  readonly file: string;
  readonly text: string;
}

/**
 * The policies that always hold, and the operator's: a file, or a folder of `*.cedar` and nothing else, in the order of their names. One
 * fault, and there is no set at all: what would be passed over may be a forbid. `PolicyInvalid` with the line, `Io`.
 */
export async function readPolicies(named: string | undefined, platform: Platform): Promise<Policies> {
  const sources = named === undefined ? [] : await readSources(named);
  const parsed: (ParsedFile & { readonly file: string })[] = [];
  for (const { file, text } of sources) parsed.push({ file, ...(await parsePolicyText(text, file, basename(file))) });
  requireDistinct(parsed);
  const policies = [...OWN_POLICIES, ...parsed.flatMap((each) => each.policies)];
  const sha256 = digestOf(policies, platform);
  return {
    sha256,
    policies,
    files: sources.map(({ file }) => file),
    warnings: parsed.flatMap(({ file, warnings }) => warnings.map((fault) => ({ file, fault }))),
    decide: named === undefined ? decideByDefault : (await prepareDecider(sha256, policies)).decide,
  };
}

/** One name is one policy, in whichever files: of two Cedar would keep the last, and one that always holds could be replaced. */
function requireDistinct(parsed: readonly (ParsedFile & { readonly file: string })[]): void {
  const known = new Set(OWN_POLICIES.map(({ id }) => id));
  for (const { file, policies } of parsed) {
    for (const { id } of policies) {
      if (known.has(id)) throw refused(file, "another file has a policy of that name; rename the file or its @id", id);
      known.add(id);
    }
  }
}

/** The same set while the files look the same. For a process that lives long. */
export function keptPolicies(named: string | undefined, platform: Platform): () => Promise<Policies> {
  const kept = new Kept<Promise<Policies>>();
  return async () => {
    const files = named === undefined ? [] : await filesOf(named);
    return kept.get(files, files.join("\n"), () => readPolicies(named, platform));
  };
}

async function filesOf(named: string): Promise<readonly string[]> {
  const isFolder = (await io("read", named, () => stat(named))).isDirectory();
  if (!isFolder) return [named];
  const entries = await io("read", named, () => readdir(named, { withFileTypes: true }));
  for (const entry of entries)
    if (entry.isDirectory() || !/\.cedar$/i.test(entry.name))
      throw refused(join(named, entry.name), "a folder of policies holds files that end in .cedar, and nothing else");
  return entries
    .map(({ name }) => name)
    .sort(compareUtf8)
    .map((name) => join(named, name));
}

async function readSources(named: string): Promise<Source[]> {
  const files = await filesOf(named);
  if (files.length === 0) throw refused(named, "no file in it ends in .cedar");
  if (files.length > MAX_POLICY_FILES) throw refused(named, `more than ${MAX_POLICY_FILES} files`);
  const sources: Source[] = [];
  for (const file of files) {
    const read = await readStanding(file, MAX_POLICY_FILE_BYTES);
    if (!read.ok) throw refused(file, "too large");
    const text = decodeUtf8(read.bytes);
    if (text === undefined) throw refused(file, "not UTF-8");
    // One that was cut off, or never written: a person who means none says so in a comment.
    if (text.trim() === "") throw refused(file, "empty; a comment says that no policy is meant");
    sources.push({ file, text });
  }
  return sources;
}

/** SHA-256 of the domain, the schema, and each policy's name and text, with their lengths. */
function digestOf(policies: readonly NamedPolicy[], platform: Platform): string {
  const hash = platform.sha256().update(encodeUtf8("palyra.skill.policies.v1"));
  for (const text of [SCHEMA, ...policies.flatMap(({ id, text: policy }) => [id, policy])]) {
    const bytes = encodeUtf8(text);
    hash.update(u64be(bytes.length)).update(bytes);
  }
  return toHex(hash.digest());
}

const refused = (document: string, problem: string, found?: string): SkillError<"PolicyInvalid"> =>
  new SkillError("PolicyInvalid", { document, faults: [{ path: "", problem, ...(found === undefined ? {} : { found }) }] });
