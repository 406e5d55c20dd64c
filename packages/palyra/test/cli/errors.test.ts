import type { ErrorCode, ErrorDetails, Fault } from "palyra-skills";
import { SkillError } from "palyra-skills";
import { positionAt } from "palyra-skills/encoding";
import { describe, expect, it } from "vitest";
import type { Host } from "../../src/cli/host.ts";
import { errorDocument, errorLines, tell, typedAs } from "../../src/cli/report-error.ts";
import { runCommandLine } from "../../src/cli/run.ts";
import { plain } from "../../src/cli/text/paint.ts";
import { width } from "../../src/cli/text/width.ts";
import { PalyraError, type PalyraErrorCode, type PalyraErrorDetails } from "../../src/errors.ts";
import { MAX_KEY_BYTES } from "../../src/operations/services.ts";
import { HOSTILE, UNSAFE } from "./support.ts";

const x = HOSTILE;
const fault: Fault = { path: x, problem: x, found: x, allowed: x, line: 3, column: 4, quote: x };
const faults = [fault];

/** Every code with details as a stranger would write them. */
const CORE: { readonly [Code in ErrorCode]: ErrorDetails[Code] } = {
  ArtifactTooLarge: { actual: 2n ** 60n, limit: 1 },
  ArtifactEntryTooLarge: { path: x, actual: 2, limit: 1 },
  ArtifactTooManyEntries: { actual: 300, limit: 256 },
  Zip: { problem: x, entry: x, offset: 1 },
  InvalidArtifactPath: { path: x, problem: x, offset: 1, faults },
  DuplicateArtifactEntry: { path: x },
  MissingArtifactEntry: { path: x },
  ManifestParse: { document: x, faults },
  ManifestValidation: { faults },
  InvalidSbom: { path: x, faults },
  InvalidProvenance: { path: x, faults },
  Serialization: { document: x, faults },
  PayloadHashMismatch: { declared: x, actual: x },
  SignatureVerificationFailed: { problem: x },
  UnsupportedProtocolMajor: { requested: 2, current: 1 },
  UnsupportedRuntimeVersion: { requested: x, current: x },
  RuntimeVersionAboveSupportedMaximum: { supported_max: x, current: x },
  InvalidSigningKeyLength: { actual: 3 },
  TrustedPublisherKeyMismatch: { publisher: x, key_id: x, public_key: x, trusted: [x] },
  TofuKeyMismatch: { publisher: x, key_id: x, public_key: x, pinned: x },
  UntrustedPublisher: { publisher: x, key_id: x, public_key: x, relates_to: x },
  RevokedKey: { publisher: x, key_id: x, reason: x, list: x },
  RevokedPayload: { payload_sha256: x, reason: x, list: x },
  KeyOutOfScope: { publisher: x, key_id: x, problem: x },
  ConflictingRotation: { publisher: x, sequence: 1, pinned: x },
  RotationRefused: { publisher: x, problem: x },
  RevocationRefused: { publisher: x, problem: x },
  RevocationListRefused: { issuer: x, problem: x },
  RevocationListRolledBack: { issuer: x, sequence: 1, seen: 2 },
  ConflictingRevocationList: { issuer: x, sequence: 1 },
  PolicyInvalid: { document: x, faults },
  BaselineInvalid: { document: x, faults },
};
const OWN: { readonly [Code in PalyraErrorCode]: PalyraErrorDetails[Code] } = {
  Usage: { problem: "--x is blank", hint: "say something" },
  NotInstalled: { skill_id: x, version: x, installed: [x] },
  NothingInstalled: { skills_root: x },
  ProcedureExists: { slug: x, file: x },
  NotEligible: { skill_id: x, version: x, reasons: [x] },
  UnknownTool: { tool: x, offered: [x] },
  AmbiguousTool: { tool: x, candidates: [x, x] },
  VerdictMissing: { skill_id: x, version: x },
  PolicyDenied: {
    skill_id: x,
    version: x,
    tool_id: x,
    denied: [
      { action: x, resource: x, by: [x], errors: [] },
      { action: x, resource: x, by: [], errors: [x] },
    ],
  },
  ApprovalRequired: {
    skill_id: x,
    version: x,
    tool_id: x,
    surface: x,
    principal: x,
    basis: x,
    asks: [{ action: x, resource: x, values: [x] }],
  },
  AuthorizationRecordInvalid: { file: x, record: x, problem: x },
  ReceiptNotFound: { receipt_id: x },
  AlreadyInstalled: { skill_id: x, version: x },
  AuditRefused: { skill_id: x, version: x, reasons: [x, x] },
  RebuildFailed: { command: x, problem: x },
  ProvenanceRefused: { document: x, problem: x },
  DowngradeRefused: { skill_id: x, requested: x, current: x },
  OwnerChangeRefused: { skill_id: x, owner: x, publisher: x },
  WideningRefused: {
    skill_id: x,
    version: x,
    artifact_sha256: x,
    from: { version: x, artifact_sha256: x, installed: false },
    widening: [
      { area: "capabilities", kind: "added", path: "capabilities.http_egress_allowlist", after: x, widening: true },
      { area: "tools", kind: "added", path: `entrypoints.tools[${x}]`, after: { name: x }, widening: true },
      { area: "operator", kind: "changed", path: x, before: { [x]: x }, after: [x], widening: true },
      { area: "tools", kind: "changed", path: x, widening: true, more: 5 },
    ],
  },
  ReleaseTooFresh: { skill_id: x, version: x, payload_sha256: x, first_seen_at_unix_ms: 1, allowed_from_unix_ms: 8.7e15 },
  VersionJumpRefused: { skill_id: x, version: x, current: x, jump: 9, limit: 1 },
  ToolIdConflict: { skill_id: x, others: [{ tool_id: x, skill_id: x, other_tool_id: x }] },
  IndexInvalid: { file: x, faults },
  ArtifactDigestMismatch: { skill_id: x, version: x, recorded: x, actual: x },
  SecretNotFound: { scope: x, key: x },
  VaultUnavailable: { folder: x, problem: x },
  TrustStoreChanged: { file: x, trust_store: x, recorded: x, actual: x },
  RevocationListUnusable: { issuer: x, file: x, problem: x },
  RevocationListStale: { issuer: x, expired_at_unix_ms: 1, grace_ms: 1 },
  FeedUnreachable: { source: x, of: "vulnerability_feed", problem: x },
  VexInvalid: { file: x, format: x, faults },
  DaemonUnreachable: { url: x, problem: x },
  DaemonRefused: { url: x, status: 401, problem: x },
  DaemonRunning: { state_root: "/var/lib/palyra", holder: "4711", url: "http://127.0.0.1:7142" },
  ListenFailed: { address: "127.0.0.1:7142", code: "EADDRINUSE" },
  AuditorUnavailable: { problem: x },
  SandboxUnavailable: { problem: "its process ended at its start (SIGKILL)" },
  JournalUnavailable: { file: x, problem: x },
  JournalChainBroken: { seq: 4, problem: x },
  LockTimeout: { file: x, waited_ms: 30_000, holder: x },
  UnsafeInstallName: { name: x, problem: x },
  UnsafeStateRoot: { folder: x, problem: x },
  EngineUnsupported: { skill_id: x, version: x, features: [x], engine: x },
  Declined: { what: x },
  Io: { action: "read", file: x, code: "ENOTDIR", in_the_way: `${x}/y` },
};
const isCore = (code: string): code is ErrorCode => Object.hasOwn(CORE, code);
const isOwn = (code: string): code is PalyraErrorCode => Object.hasOwn(OWN, code);
const make = (code: string): Error => {
  if (isCore(code)) return new SkillError(code, CORE[code]);
  if (isOwn(code)) return new PalyraError(code, OWN[code]);
  return new TypeError(x);
};

describe.each([...Object.keys(CORE), ...Object.keys(OWN), "Internal"])("%s", (code) => {
  const told = tell(make(code));
  it("has a sentence, and an exit code of spec 6", () => {
    expect(told.code).toBe(code);
    expect(told.message).not.toBe("");
    expect(told.message).not.toMatch(/undefined|\[object/);
    expect(told.exit).toBe(code === "Usage" ? 2 : 1);
  });
  it("T20: shows nothing of a stranger's as it is", () => {
    for (const line of errorLines(told, plain)) expect(line).not.toMatch(UNSAFE);
    expect(told.message).not.toMatch(UNSAFE);
    expect(told.hint ?? "").not.toMatch(UNSAFE);
  });
  it("is a document with code, message, details and hint", () => {
    expect(
      Object.keys(
        JSON.parse(JSON.stringify(errorDocument(told), (_key, value) => (typeof value === "bigint" ? String(value) : value)))
          .error,
      ),
    ).toEqual(["code", "message", "details", "hint"]);
  });
});

describe("an error", () => {
  it("names the option of the command that was run, and no other", () => {
    const untrusted = new SkillError("UntrustedPublisher", {
      publisher: "acme",
      key_id: "ed25519:0",
      public_key: "a".repeat(64),
    });
    const hintOf = (...options: string[]) => tell(untrusted, { options, places: "" }).hint;
    expect(hintOf("artifact", "allow-tofu")).toMatch(/^to accept it: --allow-tofu; /);
    expect(hintOf("allow-untrusted")).toMatch(/^to accept it: --allow-untrusted; /);
    expect(hintOf()).not.toContain("--allow");
  });
  it("is told with the command that was typed, ready for a shell, and never with a token", async () => {
    const downgrade = new PalyraError("DowngradeRefused", { skill_id: "a.b", requested: "1.0.0", current: "1.1.0" });
    const hintOf = async (...argv: string[]) => tell(downgrade, await typedAs(argv)).hint;
    const install = ["skills", "install", "--artifact", "it's here.skill"];
    expect(await hintOf(...install)).toBe(
      "if an older version is what you want: palyra skills install --artifact 'it'\\''s here.skill' --allow-downgrade",
    );
    expect(await hintOf("skills", "use", "a.b", "--version", "1.0.0", "--token=x")).toBe(
      "if an older version is what you want: --allow-downgrade",
    );
  });
  it("of the trust store means the place that was typed", async () => {
    const changed = new PalyraError("TrustStoreChanged", { file: "f", trust_store: "f", recorded: null, actual: null });
    const typed = await typedAs(["skills", "check", "--trust-store", "/a b/s.json", "--state-root=/r"]);
    expect(tell(changed, typed).hint).toMatch(
      /palyra skills trust accept-changes --state-root=\/r --trust-store '\/a b\/s\.json'$/,
    );
  });
  it("names the state root that was typed in each command, and none where none was", async () => {
    const cut = new PalyraError("JournalChainBroken", { seq: 1, problem: "p", recorded: null });
    const hintOf = async (...argv: string[]) => tell(cut, await typedAs(argv)).hint;
    expect(await hintOf("skills", "check", "--state-root", "/a b")).toMatch(
      /palyra --state-root '\/a b' skills journal accept-head$/,
    );
    expect(await hintOf("skills", "check")).toMatch(/: palyra skills journal accept-head$/);
  });
  it("shows both keys of a publisher as their ids", () => {
    const key = "d04ab232742bb4ab3a1368bd4615e4e6d0224ab71a016baf8520a332c9778737";
    const told = tell(
      new SkillError("TofuKeyMismatch", { publisher: "acme", key_id: "ed25519:0123456789abcdef", public_key: "a", pinned: key }),
    );
    expect(told.message).toContain("ed25519:10ba682c8ad13513");
    expect(told.message).toContain("ed25519:0123456789abcdef");
    expect(told.message).not.toContain(key);
  });
  it("of several reasons has a line for each, whole and without back-ticks", () => {
    const long = "x".repeat(600);
    const refused = new PalyraError("AuditRefused", { skill_id: "a.b", version: "1.0.0", reasons: ["`one` is off", long] });
    expect(errorLines(tell(refused), plain).slice(0, 3)).toEqual([
      "error: the audit refuses a.b 1.0.0: 2 checks fail",
      '  "one" is off',
      `  ${long}`,
    ]);
  });
  it("of a file that cannot be made says the folder", () => {
    const told = tell(new PalyraError("Io", { action: "write", file: "/nosuch/k", code: "ENOENT" }));
    expect(told.message).toMatch(/the folder \/nosuch is not there/);
    expect(tell(new PalyraError("Io", { action: "read", file: "/nosuch/k", code: "ENOENT" })).message).toMatch(/it is not there/);
  });
});

describe("a module that is none", () => {
  it("is told as a fault of the command line, not of the manifest", () => {
    const fault = { path: "modules", problem: "not a module's path", found: "skill.toml" };
    const lines = errorLines(tell(new SkillError("ManifestValidation", { faults: [fault] })), plain);
    expect(lines[0]).toBe("error: what is given with --module is no module");
    expect(lines[1]).toBe("  modules: not a module's path (found skill.toml)");
    expect(lines[2]).toContain(".wasm");
  });
});

describe("a folder that is not safe", () => {
  const hint = (more: Partial<PalyraErrorDetails["UnsafeStateRoot"]>) =>
    tell(new PalyraError("UnsafeStateRoot", { folder: "/d", problem: "it is so", ...more })).hint;
  it("is told with what helps: a mode where a mode does, another place where none can", () => {
    expect(hint({})).toContain("chmod 700 /d");
    expect(hint({ file: true })).toContain("chmod 600 /d");
    expect(hint({ of_another: true })).toMatch(/^(?!.*chmod).*--state-root DIR/);
    expect(hint({ root: "out", skill_id: "acme.echo" })).toMatch(/^(?!.*chmod).*--root out=FOLDER/);
  });

  it("is told as the root that it is where the system does not give it: whose, where, and what lays it elsewhere", () => {
    const of = { action: "open", file: "/srv/out", root: "out", skill_id: "acme.echo" };
    expect(tell(new PalyraError("Io", { ...of, code: "ENOENT" }))).toMatchObject({
      message: "cannot open the root out of acme.echo, /srv/out: it is not there",
      hint: "make that folder, or lay it elsewhere: palyra skills grant add acme.echo --root out=FOLDER",
    });
    expect(tell(new PalyraError("Io", { ...of, code: "EACCES" })).hint).toMatch(/^lay it elsewhere: .*--root out=FOLDER$/);
  });
});

describe("a journal that cannot be used", () => {
  const told = (why?: string) =>
    tell(
      new PalyraError("JournalUnavailable", {
        file: "/d/j",
        problem: "it cannot be opened",
        ...(why === undefined ? {} : { why }),
      }),
    );
  it.each([
    ["ENOSPC", "it cannot be opened: the disk is full", "make room on its disk"],
    ["EROFS", "it cannot be opened: the file system is read-only", "mounted so that it can be written"],
    ["EACCES", "it cannot be opened: permission denied", "ls -ld /d"],
  ])("is told with why, and with what to do: %s", (why, message, hint) => {
    expect(told(why)).toMatchObject({ message: expect.stringContaining(message), hint: expect.stringContaining(hint) });
  });
  it("is told without where nobody knows", () => {
    expect(told().message).toMatch(/: it cannot be opened$/);
  });
});

describe("faults", () => {
  const lines = (one: Fault): string[] =>
    errorLines(tell(new SkillError("ManifestValidation", { document: "skill.toml", faults: [one] })), plain);
  it("are shown with their place, their line and a caret under the column", () => {
    const shown = lines({
      path: "version",
      problem: "not a canonical version",
      found: "01.0.0",
      line: 12,
      column: 11,
      quote: 'version = "01.0.0"',
    });
    expect(shown.slice(1, 4)).toEqual([
      "  skill.toml:12:11  version: not a canonical version (found 01.0.0)",
      '    12 | version = "01.0.0"',
      "       |           ^",
    ]);
  });
  it("keep the caret in place behind wide and escaped characters", () => {
    const shown = lines({ path: "", problem: "odd", line: 1, column: 3, quote: "日\u001bx" });
    expect(shown[2]).toBe("    1 | 日\\u{1b}x");
    expect(shown[3]).toBe(`      | ${" ".repeat(8)}^`);
  });
  it.each([
    ["at its beginning", "", "b".repeat(300)],
    ["just before what is cut of it", "a".repeat(80), "b".repeat(300)],
    ["just behind", "a".repeat(81), "b".repeat(9)],
    ["in its middle", "a".repeat(300), "b".repeat(300)],
    ["at its end", "a".repeat(700), ""],
    ["behind pairs", "🙂".repeat(40), "b"],
    ["behind pairs that are cut", `a${"🙂".repeat(60)}`, "b"],
  ])("of a long line show what stands about them: %s", (_, before, after) => {
    const line = `${before}!${after}`;
    const shown = lines({ path: "", problem: "odd", ...positionAt(`\n${line}\n`, 1 + before.length) });
    expect(shown[2]?.length).toBeLessThan(140);
    const caret = shown[3]?.indexOf("^") ?? 0;
    expect(width(shown[2]?.split("!")[0] ?? "")).toBe(caret);
  });
  it("are all there", () => {
    const many = Array.from({ length: 5 }, (_, at) => ({ path: `p${at}`, problem: "wrong" }));
    const shown = errorLines(tell(new SkillError("ManifestParse", { faults: many })), plain);
    expect(shown.filter((line) => /p[0-4]: wrong/.test(line))).toHaveLength(5);
  });
});

describe("an error that cannot be told", () => {
  it.each([[], ["--json"]])("ends in one plain line and exit 1: %j", async (...json: string[]) => {
    const written: string[] = [];
    const unprintable = {
      get name(): string {
        throw new RangeError("Invalid string length");
      },
    };
    const host: Host = {
      env: {},
      stdout: { write: () => {}, terminal: false, columns: undefined },
      stderr: { write: (text) => void written.push(String(text)), terminal: false, columns: undefined },
      now: () => 0,
      signal: new AbortController().signal,
      compose: () => {
        throw Object.setPrototypeOf(unprintable, Error.prototype);
      },
    };
    expect(await runCommandLine(["skills", "list", ...json], host)).toBe(1);
    expect(written.join("")).toMatch(/^error: [^\n]+\n$/);
  });

  it("a signing key that is too large names the limit and what a key is", () => {
    const told = tell(new SkillError("InvalidSigningKeyLength", { actual: MAX_KEY_BYTES + 1 }));
    expect(told.message).toMatch(/more than 64\.0 KiB/);
    expect(told.hint).toMatch(/64 hex digits/);
  });
});
