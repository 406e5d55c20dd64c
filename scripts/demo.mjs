// The main job on the example skill, end to end, in a folder of its own that is removed afterwards. Each step is the command
// that a person would type; a step that does not end as it should ends the demo with exit code 1.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const command = join(repository, "packages/palyra/bin/palyra.js");
const example = join(repository, "examples/echo-http");
if (!existsSync(join(repository, "packages/palyra/dist/palyra.js"))) {
  process.stderr.write("error: the project is not built\nhint: npm ci\n");
  process.exit(1);
}

const work = mkdtempSync(join(tmpdir(), "palyra-demo-"));
process.on("exit", () => rmSync(work, { recursive: true, force: true }));
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
const environment = { ...process.env, PALYRA_STATE_ROOT: join(work, "state") };
for (const name of ["PALYRA_DAEMON_URL", "PALYRA_JOURNAL_DB_PATH", "PALYRA_SKILLS_TRUST_STORE", "PALYRA_VAULT_DIR"])
  delete environment[name];

/** As a shell wants it. */
const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : /["$`\\]/.test(word) ? `'${word}'` : `"${word}"`);

let steps = 0;
/** Says what comes, types it, shows what it printed, and checks how it ended. */
function step(what, exit, ...words) {
  steps += 1;
  process.stdout.write(`\n${paint("1", `${steps}. ${what}`)}\n${paint("2", `$ palyra ${words.map(quoted).join(" ")}`)}\n`);
  // On a terminal each command writes by itself, as wide as the window is; nobody answers a question.
  const stdio = process.stdout.isTTY ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"];
  const run = spawnSync(process.execPath, [command, ...words], { cwd: work, env: environment, encoding: "utf8", stdio });
  // What a command tells on stderr, it tells before it answers.
  if (!process.stdout.isTTY) process.stdout.write(`${`${run.stderr}${run.stdout}`.trimEnd().replace(/^/gm, "  ")}\n`);
  if (run.status !== exit) {
    process.stdout.write(paint("31", `\nthis step should have ended with exit code ${exit}, and ended with ${run.status}\n`));
    process.exit(1);
  }
}
const say = (text) => process.stdout.write(`\n${text}\n`);

say("Palyra Skills: from sources to a signed skill, to an installed one that runs, to a quarantined one.");
step("A publisher makes a signing key", 0, "skills", "keygen", "--output", "acme.key");
step(
  "packs and signs the example skill; SBOM and provenance are generated from what is really there",
  0,
  "skills",
  "package",
  "build",
  "--manifest",
  join(example, "skill.toml"),
  "--module",
  join(example, "echo.wasm"),
  "--asset",
  join(example, "guide.txt"),
  "--output",
  "echo.palyra-skill",
  "--signing-key-file",
  "acme.key",
);
step(
  "A user looks into the file that came, before trusting it",
  0,
  "skills",
  "package",
  "inspect",
  "--artifact",
  "echo.palyra-skill",
);
step(
  "Nobody has said yet that acme is trusted, so it is refused",
  1,
  "skills",
  "package",
  "verify",
  "--artifact",
  "echo.palyra-skill",
);
step(
  "The user may trust a publisher at first contact, knowingly",
  0,
  "skills",
  "package",
  "verify",
  "--artifact",
  "echo.palyra-skill",
  "--allow-tofu",
);
step(
  "The audit reads every instruction of the module before anything runs",
  0,
  "skills",
  "audit",
  "--artifact",
  "echo.palyra-skill",
  "--allow-untrusted",
);
step(
  "The skill is installed, and the key of acme is pinned",
  0,
  "skills",
  "install",
  "--artifact",
  "echo.palyra-skill",
  "--allow-untrusted",
  "--yes",
);
step("What is installed", 0, "skills", "list");
step("Ready or blocked, and why", 0, "skills", "check");

say("A tool of it runs, in a process of its own, with nothing that was not declared ...");
const input = ["--input", '{"text":"hello","upper":true}'];
step("What it may do, without doing it", 0, "skills", "run", "acme.echo", "--dry-run");
step("A tool of the skill keeps notes, so a person must allow it; nobody did", 1, "skills", "run", "acme.echo", ...input);
step("The operator allows this tool of this very artifact", 0, "skills", "approvals", "add", "acme.echo", "--yes");
step("and it runs, inside its signed quotas", 0, "skills", "run", "acme.echo", ...input);
step("with a receipt that can be checked", 0, "skills", "receipts", "list");

say("An attacker changes one byte of the file that is passed around ...");
const bytes = readFileSync(join(work, "echo.palyra-skill"));
bytes[Math.floor(bytes.length / 2)] ^= 1;
writeFileSync(join(work, "tampered.palyra-skill"), bytes);
step("and it is refused", 1, "skills", "install", "--artifact", "tampered.palyra-skill", "--allow-untrusted", "--yes");

say("A vulnerability is reported ...");
step(
  "and the operator stops the skill at once",
  0,
  "skills",
  "quarantine",
  "acme.echo_http",
  "--reason",
  "demo: a report came in",
);
step("It is blocked in every view", 1, "skills", "check", "acme.echo_http", "--strict");
step("and does not run", 1, "skills", "run", "acme.echo", ...input);
step(
  "The report turned out to be false: it is enabled again, explicitly",
  0,
  "skills",
  "enable",
  "acme.echo_http",
  "--override",
  "--reason",
  "demo: false alarm",
);
step("Ready again", 0, "skills", "check", "acme.echo_http", "--strict");

say("Somebody changes the installed copy behind our back ...");
const cached = join(work, "state/skills/acme.echo_http/1.0.0/artifact.palyra-skill");
const copy = readFileSync(cached);
copy[copy.length - 1] ^= 1;
writeFileSync(cached, copy);
step("and it is found, refused and quarantined", 1, "skills", "verify", "acme.echo_http");
step("All of it stands in a journal whose entries are chained", 0, "skills", "journal", "tail");
step("and the chain holds", 0, "skills", "journal", "verify");
say(paint("32", `Done: ${steps} steps, each ended as it should. Nothing was left behind.`));
