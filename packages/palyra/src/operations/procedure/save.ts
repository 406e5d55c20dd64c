import { join } from "node:path";
import { pathProblem } from "palyra-skills/archive";
import { decodeUtf8, type JsonObject } from "palyra-skills/encoding";
import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import { io, makeFolder, readBounded, readOwn, writeFileAtomically } from "../../files/index.ts";
import { newEvent } from "../../journal/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { exclusively, projectNow } from "../../lifecycle/index.ts";
import { flag, text } from "../field.ts";
import { operation } from "../operation.ts";
import type { Services } from "../services.ts";
import { destructiveLines, type Finding, withoutLines } from "./destructive.ts";
import { type SafetyStatus, writeProcedure } from "./document.ts";
import { MAX_PROCEDURE_BYTES, sha256Of } from "./folder.ts";
import { slugOf } from "./slug.ts";

/** Bytes of a procedure's text. */
const MAX_BODY_BYTES = 64 * 1024;
/** Characters of a name or summary. */
const MAX_LINE = 400;

/** Spec 11.8; fields in the order in which they are printed. */
export interface ProcedureDocument {
  readonly operation: "skills.procedure.save";
  readonly status: "created" | "unchanged" | "updated";
  readonly safety_status: SafetyStatus;
  readonly slug: string;
  readonly path: string;
  readonly skills_root: string;
  readonly unsafe_finding_count: number;
  readonly raw_sha256: string;
  readonly stored_sha256: string;
  readonly quarantine_path: string | null;
}

const shortLine = (value: string): string | undefined =>
  value.length > MAX_LINE ? `has more than ${MAX_LINE} characters` : undefined;

export const save = operation({
  input: v.strictObject({
    name: text("NAME", "What the procedure is called", shortLine),
    body: v.optional(text("TEXT", "Its text")),
    bodyFile: v.optional(text("FILE", "Read its text from a file")),
    slug: v.optional(
      text("SLUG", "Its short name, instead of one made from the name", (value) =>
        slugOf(value) === undefined ? "has no letter or digit, or more than 96 of them" : undefined,
      ),
    ),
    path: v.optional(text("FILE.md", "The name of its file in the folder, instead of <slug>.md", fileNameProblem)),
    summary: v.optional(text("TEXT", "What it is for, in a line", shortLine)),
    force: flag("Replace a procedure of this slug that has another text"),
  }),
  places: ["proceduresDir"],
  examples: [
    'skills procedure save --name "Morning round" --body "Look at the queue."',
    'skills procedure save --name "Morning round" --body-file round.md --force',
  ],
  notes:
    "A procedure is a note, not a program: nothing runs it. Lines that would destroy things are taken out of it, and the whole text is put into quarantine. It is kept in .palyra/skills in your home folder (or $PALYRA_HOME), whatever the state root is; only the journal is the state root's.",
  errors: ["ProcedureExists", "UnsafeStateRoot", "JournalUnavailable", "JournalChainBroken", "IndexInvalid", "LockTimeout", "Io"],
  problem: ({ name, slug, body, bodyFile }) => {
    if (body !== undefined && bodyFile !== undefined) return "--body and --body-file exclude each other";
    if (body === undefined && bodyFile === undefined) return "one of --body and --body-file is needed";
    if (slug === undefined && slugOf(name) === undefined)
      return "--name has no ASCII letter or digit, or more than 96: give a --slug";
    return undefined;
  },
  run: async ({ home, settings }: Services, input, call): Promise<ProcedureDocument> => {
    const root = settings.proceduresDir.value;
    if (root === undefined) throw usage("no home folder is known; name a folder with --skills-dir");
    const body = await readBody(input.body, input.bodyFile);
    const slug = slugOf(input.slug ?? input.name) ?? "";
    const file = input.path ?? `${slug}.md`;
    // `con.md` is a device on Windows. Spec 1.6.
    if (pathProblem(file) !== undefined) throw usage(`no file can be called ${file}: give another --slug`);
    const findings = destructiveLines(body);
    const stored = withoutLines(body, findings);
    const raw_sha256 = sha256Of(body, home.platform);
    const stored_sha256 = sha256Of(stored, home.platform);
    const safe = findings.length === 0;
    const safety_status = safe ? "active" : "quarantined_raw_dry_run_saved";
    const quarantine_path = safe ? null : join(root, ".quarantine", `${slug}-${raw_sha256}.md`);
    const path = join(root, file);
    const content = writeProcedure({
      slug,
      name: input.name,
      status: safety_status,
      raw_sha256,
      stored_sha256,
      ...(input.summary === undefined ? {} : { summary: input.summary }),
      ...(quarantine_path === null ? {} : { quarantine_path }),
      text: stored,
    });
    // The folder of procedures is a managed one of its own: its lock, its lines in audit.ndjson, the same journal.
    const place: Home = { ...home, places: { ...home.places, skillsRoot: root } };
    return exclusively(place, call, "skills procedure save", async (writer): Promise<ProcedureDocument> => {
      const status = await standingOf(path, content, slug, input.force);
      const shared = { slug, path, unsafe_finding_count: findings.length, raw_sha256, stored_sha256, quarantine_path };
      const answer = { operation: "skills.procedure.save", status, safety_status, skills_root: root, ...shared } as const;
      if (status === "unchanged") return ordered(answer);
      // An unusable journal stops here, where nothing has changed yet.
      const journal = await writer.journal();
      if (quarantine_path !== null) {
        await io("create", join(root, ".quarantine"), () => makeFolder(join(root, ".quarantine"), 0o700));
        await writeFileAtomically(quarantine_path, body, { mode: 0o600 });
      }
      await writeFileAtomically(path, content, { mode: 0o600 });
      const payload: JsonObject = {
        slug,
        path,
        status,
        safety_status,
        unsafe_finding_count: findings.length,
        unsafe_findings: findings.map((finding) => told(finding, home)),
        raw_sha256,
        stored_sha256,
        quarantine_path,
      };
      await journal.transaction((transaction) =>
        transaction.append(newEvent(home.newUlid(call.now), call, "skill.procedure_saved", payload)),
      );
      await projectNow(writer, call);
      return ordered(answer);
    });
  },
});

function ordered(answer: ProcedureDocument): ProcedureDocument {
  const { operation: name, status, safety_status, slug, path, skills_root, ...rest } = answer;
  return { operation: name, status, safety_status, slug, path, skills_root, ...rest };
}

/** The line itself stays out of the journal. */
function told({ pattern, line_number, line }: Finding, { platform }: Home): JsonObject {
  return { pattern, line_number, line_sha256: sha256Of(line, platform) };
}

async function standingOf(path: string, content: string, slug: string, force: boolean): Promise<ProcedureDocument["status"]> {
  const there = await readOwn(path, MAX_PROCEDURE_BYTES);
  if (there === undefined) return "created";
  if (there.ok && decodeUtf8(there.bytes) === content) return "unchanged";
  if (!force) throw new PalyraError("ProcedureExists", { slug, file: path });
  return "updated";
}

async function readBody(body: string | undefined, file: string | undefined): Promise<string> {
  if (file === undefined) return bounded(body ?? "");
  const read = await readBounded(file, MAX_BODY_BYTES);
  const found = read.ok ? decodeUtf8(read.bytes) : undefined;
  if (!read.ok) throw usage(`the text has more than ${MAX_BODY_BYTES} bytes`);
  if (found === undefined) throw usage("the text is not UTF-8");
  return bounded(found);
}

function bounded(body: string): string {
  if (body.trim() === "") throw usage("the text is empty");
  if (/[\0\p{Surrogate}]/u.test(body)) throw usage("the text is not plain UTF-8");
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) throw usage(`the text has more than ${MAX_BODY_BYTES} bytes`);
  return body;
}

function fileNameProblem(value: string): string | undefined {
  const plain = /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.md$/.test(value) && pathProblem(value) === undefined;
  return plain ? undefined : "is not the name of a file that ends in .md, without folders";
}

function usage(problem: string): PalyraError<"Usage"> {
  return new PalyraError("Usage", { problem });
}
