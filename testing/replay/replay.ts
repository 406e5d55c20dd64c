/** Replays one scenario against a command line, in an empty folder of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openDatabase } from "../../packages/palyra/src/files/index.ts";
import { compareStep, type Observed, withDeviations } from "./compare.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import {
  isList,
  type Json,
  list,
  optionalRecord,
  parse,
  record,
  type Scenario,
  type Step,
  substitute,
  text,
  valueAt,
  withValueAt,
} from "./scenario.ts";

/** The command under test: the words before the scenario's own. */
export type Command = readonly [string, ...string[]];

/** Milliseconds for one command. */
const COMMAND_TIMEOUT_MS = 60_000;

/** What is not as expected, with the step it happened in; empty where the scenario agrees. */
export async function replay(scenario: Scenario, command: Command, inputs: string): Promise<readonly string[]> {
  const root = mkdtempSync(join(tmpdir(), "palyra-replay-"));
  try {
    const stage = new Stage(root, inputs, command);
    const problems: string[] = [];
    try {
      for (const [index, step] of scenario.steps.entries()) {
        const found = await stage.perform(step);
        problems.push(...found.map((problem) => `step ${index} ${describeStep(step)}: ${problem}`));
      }
    } finally {
      stage.end();
    }
    return problems;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function describeStep(step: Step): string {
  return isList(step["argv"]) ? step["argv"].join(" ") : step.op;
}

class Stage {
  readonly #root: string;
  readonly #command: Command;
  readonly #names: Map<string, string>;
  #daemon: Daemon | undefined;

  constructor(root: string, inputs: string, command: Command) {
    this.#root = root;
    this.#command = command;
    this.#names = new Map([
      ["root", root],
      ["inputs", inputs],
    ]);
    for (const folder of ["home", "xdg-state"]) mkdirSync(join(root, folder));
  }

  /** Stops what a step has started. */
  end(): void {
    this.#daemon?.stop();
  }

  async perform(raw: Step): Promise<readonly string[]> {
    // Before names stand for paths: the pointers of deviations hold names as well, and paths have slashes.
    const expect = withDeviations(raw["expect"] ?? {}, raw["deviations"]);
    const step = record(substitute({ ...raw, expect }, this.#names), "a step");
    const path = (key: string): string => text(step[key], key);
    switch (raw.op) {
      case "run":
        return this.#run(step);
      case "look":
        return compare(step, { requests: this.#daemon?.takeRequests() });
      case "daemon":
        this.#daemon?.stop();
        this.#daemon = await startDaemon(list(step["replies"], "replies"));
        this.#names.set("daemon", this.#daemon.url);
        return [];
      case "copy":
        makeParent(path("to"));
        cpSync(path("from"), path("to"), { recursive: true });
        return [];
      case "write":
        makeParent(path("path"));
        writeFileSync(path("path"), path("text"));
        return [];
      case "mkdir":
        mkdirSync(path("path"), { recursive: true });
        return [];
      case "remove":
        rmSync(path("path"), { recursive: true });
        return [];
      case "edit":
        editFile(path("path"), record(step["set"], "set"));
        return [];
      case "journal":
        writeJournal(join(this.#root, "journal.sqlite3"), step);
        return [];
      default:
        return [`the harness has no op "${raw.op}" yet`];
    }
  }

  async #run(step: { readonly [key: string]: Json | undefined }): Promise<readonly string[]> {
    const [file, ...words] = this.#command;
    const argv = list(step["argv"], "argv").map((word) => text(word, "a word"));
    const child = spawn(file, [...words, ...argv], {
      cwd: step["cwd"] === undefined ? this.#root : text(step["cwd"], "cwd"),
      env: { ...this.#environment(), ...texts(step["env"]) },
      stdio: "pipe",
      timeout: COMMAND_TIMEOUT_MS,
      killSignal: "SIGKILL",
    });
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    // A command that does not read its input closes the pipe.
    child.stdin.on("error", () => {});
    child.stdin.end(step["stdin"] === undefined ? "" : text(step["stdin"], "stdin"));
    const [code] = await once(child, "close");
    const seen = { exit: code, stdout: stdout(), requests: this.#daemon?.takeRequests() };
    this.#capture(step, seen.stdout);
    const problems = compare(step, seen);
    return problems.length === 0 ? [] : [...problems, `stderr: ${stderr().slice(0, 600)}`];
  }

  #environment(): { readonly [name: string]: string } {
    const below = (name: string): string => join(this.#root, name);
    return {
      HOME: below("home"),
      XDG_STATE_HOME: below("xdg-state"),
      LOCALAPPDATA: below("localappdata"),
      APPDATA: below("appdata"),
      PALYRA_VAULT_DIR: below("vault"),
      PALYRA_VAULT_BACKEND: "encrypted_file",
      PALYRA_JOURNAL_DB_PATH: below("journal.sqlite3"),
      NO_COLOR: "1",
    };
  }

  #capture(step: { readonly [key: string]: Json | undefined }, stdout: string): void {
    for (const [name, pointer] of Object.entries(optionalRecord(step["capture"]) ?? {})) {
      const value = valueAt(optionalParse(stdout), text(pointer, "a pointer"));
      this.#names.set(`$${name}`, typeof value === "string" ? value : JSON.stringify(value ?? null));
    }
  }
}

function compare(
  step: { readonly [key: string]: Json | undefined },
  seen: Pick<Observed, "exit" | "stdout" | "requests">,
): readonly string[] {
  return compareStep(record(step["expect"], "expect"), { ...seen, names: namesBelow, content: contentOf });
}

/** Relative names below a folder, as `tree` writes them. */
function namesBelow(folder: string): readonly string[] | undefined {
  if (!existsSync(folder)) return undefined;
  const names: string[] = [];
  const walk = (below: string): void => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isSymbolicLink()) names.push(`${name} -> ${readlinkSync(join(folder, name))}`);
      else if (!entry.isDirectory()) names.push(name);
      else if (readdirSync(join(folder, name)).length === 0) names.push(`${name}/`);
      else walk(name);
    }
  };
  walk("");
  return names;
}

function contentOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function makeParent(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
}

function editFile(file: string, set: { readonly [pointer: string]: Json | undefined }): void {
  const edited = Object.entries(set).reduce<Json>(
    (document, [pointer, value]) => withValueAt(document, pointer, () => value ?? null),
    parse(readFileSync(file, "utf8")),
  );
  writeFileSync(file, `${JSON.stringify(edited, null, 2)}\n`);
}

const STATUS_TABLE = `CREATE TABLE IF NOT EXISTS skill_status (
  skill_id TEXT NOT NULL, version TEXT NOT NULL, status TEXT NOT NULL, reason TEXT, detected_at_ms INTEGER NOT NULL,
  operator_principal TEXT NOT NULL, created_at_unix_ms INTEGER NOT NULL, updated_at_unix_ms INTEGER NOT NULL,
  PRIMARY KEY (skill_id, version))`;

function writeJournal(file: string, step: { readonly [key: string]: Json | undefined }): void {
  const database = openDatabase(file, { busyTimeoutMs: 10_000 });
  try {
    if (step["table"] === false) {
      database.exec("CREATE TABLE something_else (a INTEGER)");
      return;
    }
    database.exec(STATUS_TABLE);
    for (const value of list(step["rows"], "rows")) {
      const row = record(value, "a row");
      const column = (key: string): string => text(row[key], key);
      database.run("DELETE FROM skill_status WHERE skill_id = ?1 COLLATE NOCASE AND version = ?2", [
        column("skill_id"),
        column("version"),
      ]);
      database.run("INSERT INTO skill_status VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5, ?5)", [
        column("skill_id"),
        column("version"),
        column("status"),
        typeof row["reason"] === "string" ? row["reason"] : null,
        Number(row["detected_at_ms"]),
        column("operator_principal"),
      ]);
    }
  } finally {
    database.close();
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

function texts(value: Json | undefined): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(optionalRecord(value) ?? {}).map(([name, each]) => [name, text(each, name)]));
}

function optionalParse(source: string): Json | undefined {
  try {
    return parse(source);
  } catch {
    return undefined;
  }
}
