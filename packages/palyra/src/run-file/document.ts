/**
 * `<state root>/run/daemon.json`, mode 0600: where the daemon of this state root listens, and what only it and this state root's owner
 * know (spec 6, T29). Written when it listens, removed when it stops.
 *
 *     { schema_version: 1, url, secret, pid, skills_dir, trust_store, journal, certificate_sha256? }
 *
 * `secret`: 64 hex digits, new at each start. Paths are absolute: a command that works on other files does not mean this daemon.
 * `certificate_sha256`: of the certificate that it shows, where it speaks TLS.
 */
import { lstat, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isSha256Hex, readJson, writeJson } from "palyra-skills/encoding";
import { ifThere, io, readOwn, writeFileAtomically } from "../files/index.ts";

export interface RunFile {
  readonly url: string;
  readonly secret: string;
  readonly pid: number;
  readonly skillsDir: string;
  readonly trustStore: string;
  readonly journal: string;
  readonly certificateSha256?: string;
}

const MAX_BYTES = 64 * 1024;

/** The folder of what belongs to a running daemon. */
export function runFolder(stateRoot: string): string {
  return join(stateRoot, "run");
}

export function runFileOf(stateRoot: string): string {
  return join(runFolder(stateRoot), "daemon.json");
}

/** The lock that a running daemon holds, and that dies with it. */
export function runLockOf(stateRoot: string): string {
  return join(runFolder(stateRoot), "palyrad.lock");
}

/**
 * Undefined where there is none, or none that this program has written: a link, somebody else's file, another text; and where others could
 * read the secret, or put a file in its place: whoever knows it could pass for the daemon.
 */
export async function readRunFile(stateRoot: string): Promise<RunFile | undefined> {
  const read = await readOwn(runFileOf(stateRoot), MAX_BYTES).catch(() => undefined);
  if (read?.ok !== true || !(await isPrivate(stateRoot).catch(() => false))) return undefined;
  return parseRunFile(read.bytes);
}

async function isPrivate(stateRoot: string): Promise<boolean> {
  if (process.platform === "win32") return true;
  const [folder, file] = [await stat(runFolder(stateRoot)), await lstat(runFileOf(stateRoot))];
  return (folder.mode & 0o022) === 0 && (file.mode & 0o077) === 0;
}

function parseRunFile(bytes: Uint8Array): RunFile | undefined {
  const read = readJson(bytes, (root): RunFile => {
    const fields = root.object();
    fields.required("schema_version").safeInteger({ min: 1, max: 1 });
    const url = fields.required("url").string((text) => (URL.canParse(text) ? undefined : "no URL"));
    const secret = fields.required("secret").string(sha256Problem);
    const pid = fields.required("pid").safeInteger({ min: 1 });
    const skillsDir = fields.required("skills_dir").string();
    const trustStore = fields.required("trust_store").string();
    const journal = fields.required("journal").string();
    const certificate = fields.optional("certificate_sha256", (at) => at.string(sha256Problem));
    fields.finish();
    return {
      url,
      secret,
      pid,
      skillsDir,
      trustStore,
      journal,
      ...(certificate === undefined ? {} : { certificateSha256: certificate }),
    };
  });
  return read.ok ? read.value : undefined;
}

const sha256Problem = (text: string): string | undefined => (isSha256Hex(text) ? undefined : "not 64 lower-case hex digits");

/** Atomically, so that whoever reads it sees one daemon's or another's. The folder is there. `Io`. */
export async function writeRunFile(stateRoot: string, run: RunFile): Promise<void> {
  const { url, secret, pid, skillsDir, trustStore, journal, certificateSha256 } = run;
  const document = {
    schema_version: 1,
    url,
    secret,
    pid,
    skills_dir: skillsDir,
    trust_store: trustStore,
    journal,
    ...(certificateSha256 === undefined ? {} : { certificate_sha256: certificateSha256 }),
  };
  // The lock makes the name ours: what a killed daemon left there, its secret, is written over.
  const temporary = temporaryOf(stateRoot);
  await writeFileAtomically(runFileOf(stateRoot), `${writeJson(document, { indent: 2 })}\n`, { mode: 0o600, temporary });
}

/** Only by whoever holds the lock: then what lies there is its own, or of a daemon that has died. */
export async function removeRunFile(stateRoot: string): Promise<void> {
  for (const file of [runFileOf(stateRoot), temporaryOf(stateRoot)])
    await ifThere(() => io("remove", file, () => rm(file, { force: true })));
}

const temporaryOf = (stateRoot: string): string => join(runFolder(stateRoot), ".daemon.json.tmp");
