/**
 * What a run works with: options, environment and platform in, settings out, each with where it came from (spec 5.1,
 * 5.3, 11.1). Pure: nothing is looked up on the disk, and paths stay as they were given.
 */
import { PalyraError } from "./errors.ts";

/** One value and its origin: the option (`--state-root`), the variable (`$PALYRA_STATE_ROOT`), the config's key, or `default`. */
export interface Setting<Value> {
  readonly value: Value;
  readonly from: string;
}

/** Options of the command line that settle where things lie and who asks; absent where not given. */
export interface SettingsOptions {
  readonly stateRoot?: string | undefined;
  readonly skillsDir?: string | undefined;
  readonly trustStore?: string | undefined;
  readonly auditPolicy?: string | undefined;
  readonly vex?: string | undefined;
  readonly authorizationPolicy?: string | undefined;
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly principal?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly channel?: string | undefined;
}

export type Environment = { readonly [name: string]: string | undefined };

/** What of the platform the defaults hang on. `home` as the system tells it, used where the environment has no `HOME`. */
export interface PlatformInfo {
  readonly os: "posix" | "windows";
  readonly home?: string | undefined;
}

/** What a Palyra config file (`--config`) may say; whoever reads one hands it in. */
export interface ConfigFile {
  /** `storage.journal_db_path`. */
  readonly journalDbPath?: string | undefined;
}

/** `auto`: the key in the keychain where one answers, else in a file; the others: there or nowhere. */
export type VaultBackend = "auto" | "encrypted_file" | "keychain";

export interface Settings {
  readonly stateRoot: Setting<string>;
  readonly skillsDir: Setting<string>;
  readonly trustStore: Setting<string>;
  readonly journal: Setting<string>;
  readonly vaultDir: Setting<string>;
  readonly vaultBackend: Setting<VaultBackend>;
  /** A file that holds the passphrase of the vault. */
  readonly vaultPassphraseFile: Setting<string | undefined>;
  /** A JSON file; undefined: the policy of spec 4.2. */
  readonly auditPolicy: Setting<string | undefined>;
  /** Spec 4.3: the value of Palyra's hook variable, trimmed; undefined where unset or blank. */
  readonly vulnerabilityFeed: Setting<string | undefined>;
  /** A file of statements of exploitability (VEX), or a folder of them. */
  readonly vulnerabilityStatements: Setting<string | undefined>;
  /** A file of Cedar policies, or a folder of them (spec 10.5); undefined: only those that always hold. */
  readonly authorizationPolicy: Setting<string | undefined>;
  /** Calls of tools at once (spec 10.3); undefined: by the number of cores. */
  readonly sandboxCalls: Setting<number | undefined>;
  readonly daemonUrl: Setting<string>;
  readonly daemonToken: Setting<string | undefined>;
  /** Undefined where no home folder is known. */
  readonly proceduresDir: Setting<string | undefined>;
  readonly principal: Setting<string>;
  readonly deviceId: Setting<string>;
  readonly channel: Setting<string | null>;
}

const DEFAULT_DAEMON_URL = "http://127.0.0.1:7142";
/** Milliseconds that a daemon has to answer. */
export const DAEMON_TIMEOUT_MS = 2_000;
export const DEFAULT_PRINCIPAL = "user:local";
export const DEFAULT_DEVICE_ID = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

/**
 * All settings of one run. `Usage` where a value is blank that must not be or no home folder can be found,
 * `JournalUnavailable` where the journal is said to be elsewhere than this release can look.
 */
export function resolveSettings(
  options: SettingsOptions,
  env: Environment,
  platform: PlatformInfo,
  config: ConfigFile = {},
): Settings {
  const stateRoot = resolveStateRoot(options, env, platform);
  const below = (...names: string[]): Setting<string> => byDefault(joined(platform, stateRoot.value, ...names));
  refuseJournalUrl(env);
  return {
    stateRoot,
    skillsDir: option("--skills-dir", options.skillsDir) ?? below("skills"),
    // Below the state root whatever --skills-dir is (spec 3.1).
    trustStore:
      option("--trust-store", options.trustStore) ??
      variableNotBlank(env, "PALYRA_SKILLS_TRUST_STORE") ??
      below("skills", "trust-store.json"),
    journal:
      variableNotBlank(env, "PALYRA_JOURNAL_DB_PATH") ??
      notBlank("storage.journal_db_path", config.journalDbPath) ??
      below("data", "journal.sqlite3"),
    vaultDir: variable(env, "PALYRA_VAULT_DIR") ?? below("vault"),
    vaultBackend: resolveVaultBackend(env),
    vaultPassphraseFile: variable(env, "PALYRA_VAULT_PASSPHRASE_FILE") ?? NOTHING,
    auditPolicy: option("--audit-policy", options.auditPolicy) ?? variable(env, "PALYRA_SKILL_AUDIT_POLICY") ?? NOTHING,
    vulnerabilityFeed: trimmed(variable(env, "PALYRA_SKILL_AUDIT_VULN_FEED_HOOK")) ?? NOTHING,
    vulnerabilityStatements: option("--vex", options.vex) ?? variable(env, "PALYRA_SKILL_AUDIT_VEX") ?? NOTHING,
    authorizationPolicy:
      option("--authorization-policy", options.authorizationPolicy) ??
      variable(env, "PALYRA_SKILL_AUTHORIZATION_POLICY") ??
      NOTHING,
    sandboxCalls: resolveSandboxCalls(env),
    daemonUrl: option("--url", options.url) ?? variable(env, "PALYRA_DAEMON_URL") ?? byDefault(DEFAULT_DAEMON_URL),
    daemonToken: option("--token", options.token) ?? variable(env, "PALYRA_ADMIN_TOKEN") ?? NOTHING,
    proceduresDir: option("--skills-dir", options.skillsDir) ?? resolveProceduresDir(env, platform),
    principal: option("--principal", options.principal) ?? byDefault(DEFAULT_PRINCIPAL),
    deviceId: option("--device-id", options.deviceId) ?? byDefault(DEFAULT_DEVICE_ID),
    channel: option("--channel", options.channel) ?? byDefault(null),
  };
}

/** Spec 5.1; the same folder on macOS as on Linux, as Palyra has it. */
function resolveStateRoot(options: SettingsOptions, env: Environment, platform: PlatformInfo): Setting<string> {
  const named = option("--state-root", options.stateRoot) ?? variable(env, "PALYRA_STATE_ROOT");
  if (named !== undefined) return named;
  if (platform.os === "windows") {
    const data = variable(env, "LOCALAPPDATA") ?? variable(env, "APPDATA");
    if (data !== undefined) return { value: joined(platform, data.value, "Palyra"), from: data.from };
  } else {
    const state = variable(env, "XDG_STATE_HOME");
    if (state !== undefined) return { value: joined(platform, state.value, "palyra"), from: state.from };
  }
  const home = homeOf(env, platform) ?? homeRequired();
  const parts = platform.os === "windows" ? ["AppData", "Local", "Palyra"] : [".local", "state", "palyra"];
  return { value: joined(platform, home.value, ...parts), from: home.from };
}

function resolveProceduresDir(env: Environment, platform: PlatformInfo): Setting<string | undefined> {
  const home = variable(env, "PALYRA_HOME") ?? homeOf(env, platform);
  return home === undefined ? NOTHING : { value: joined(platform, home.value, ".palyra", "skills"), from: home.from };
}

function homeOf(env: Environment, platform: PlatformInfo): Setting<string> | undefined {
  const home = variable(env, "HOME") ?? variable(env, "USERPROFILE");
  if (home !== undefined) return home;
  return platform.home === undefined || platform.home === "" ? undefined : byDefault(platform.home);
}

function homeRequired(): never {
  throw new PalyraError("Usage", { problem: "no home folder is known", hint: "name a folder with --state-root" });
}

/** Spec 11.1; `keychain` is ours. */
const VAULT_BACKENDS = ["auto", "encrypted_file", "keychain"] as const satisfies readonly VaultBackend[];

function resolveVaultBackend(env: Environment): Setting<VaultBackend> {
  const named = variable(env, "PALYRA_VAULT_BACKEND");
  if (named === undefined) return byDefault("auto");
  const value = VAULT_BACKENDS.find((each) => each === named.value);
  if (value !== undefined) return { value, from: named.from };
  throw new PalyraError("Usage", { problem: `${named.from} is none of ${VAULT_BACKENDS.join(", ")}` });
}

const MOST_SANDBOX_CALLS = 1024;

function resolveSandboxCalls(env: Environment): Setting<number | undefined> {
  const named = variable(env, "PALYRA_SANDBOX_CALLS");
  if (named === undefined) return NOTHING;
  const value = /^[1-9][0-9]{0,3}$/.test(named.value) ? Number(named.value) : MOST_SANDBOX_CALLS + 1;
  if (value <= MOST_SANDBOX_CALLS) return { value, from: named.from };
  throw new PalyraError("Usage", { problem: `${named.from} is no number from 1 to ${MOST_SANDBOX_CALLS}` });
}

// Reading another journal than the one that holds the quarantines would free them: it is refused, not ignored. Spec 5.3.
// The address stays out of the message, as it may hold a password.
function refuseJournalUrl(env: Environment): void {
  if (variable(env, "PALYRA_JOURNAL_URL") === undefined) return;
  throw new PalyraError("JournalUnavailable", {
    file: "$PALYRA_JOURNAL_URL",
    problem: "this release keeps its journal in SQLite only",
  });
}

const NOTHING: Setting<undefined> = { value: undefined, from: "default" };

function byDefault<Value>(value: Value): Setting<Value> {
  return { value, from: "default" };
}

/** An option that was given must say something. */
function option(name: string, value: string | undefined): Setting<string> | undefined {
  return notBlank(name, value);
}

/** A variable that counts as unset when it is blank. */
function variable(env: Environment, name: string): Setting<string> | undefined {
  const value = env[name];
  return value === undefined || value.trim() === "" ? undefined : { value, from: `$${name}` };
}

/** A variable that is an error when it is blank (spec 3.1, 11.1). */
function variableNotBlank(env: Environment, name: string): Setting<string> | undefined {
  return notBlank(`$${name}`, env[name]);
}

function notBlank(name: string, value: string | undefined): Setting<string> | undefined {
  if (value === undefined) return undefined;
  if (value.trim() === "") throw new PalyraError("Usage", { problem: `${name} is blank` });
  return { value, from: name };
}

function trimmed(setting: Setting<string> | undefined): Setting<string> | undefined {
  return setting === undefined ? undefined : { value: setting.value.trim(), from: setting.from };
}

/** Joins without making anything canonical: paths are given back as they were given (spec 11.1). */
function joined(platform: PlatformInfo, root: string, ...names: string[]): string {
  const separator = platform.os === "windows" ? "\\" : "/";
  const ended = root.endsWith("/") || (platform.os === "windows" && root.endsWith("\\"));
  return (ended ? root : root + separator) + names.join(separator);
}
