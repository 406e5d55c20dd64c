import { basename } from "node:path";
import { type ErrorCode, type ErrorDetails, SkillError } from "palyra-skills";
import { PalyraError, type PalyraErrorCode, type PalyraErrorDetails } from "../../errors.ts";
import { fileOf } from "../../files/of-file.ts";
import { atPlace, shellWord } from "./at-place.ts";
import { CORE_REFUSALS } from "./core-refusals.ts";
import { INSTALL_REFUSALS } from "./install-refusals.ts";
import { RUN_REFUSALS } from "./run-refusals.ts";
import { listed, quoted, safe } from "./safe.ts";
import type { Sentence } from "./sentence.ts";
import { LISTEN_WORDS, remedyOf, SYSTEM_HINTS, systemProblem, systemWords } from "./system.ts";
import { NOTHING_TYPED, type Typed, trustCommand } from "./typed.ts";
import { faultCount, moment } from "./units.ts";
import { withoutUserInfo } from "./url.ts";

/** Where an operator lays a root; `grant list` has where it lies now. */
const rootCommand = (root: string, skillId: string): string =>
  `palyra skills grant add ${safe(skillId)} --root ${shellWord(`${root}=FOLDER`)}`;

/** What a person is told of an error. */
export interface Telling {
  readonly message: string;
  readonly listed: readonly string[];
  readonly hint: string | undefined;
  readonly exit: 1 | 2;
}

/** What to say of an error of ours; undefined for any other, which is a fault of this program. */
export function tellingOf(
  error: unknown,
  typed: Typed = NOTHING_TYPED,
): (Telling & { readonly code: string; readonly details: object }) | undefined {
  if (error instanceof SkillError) {
    const { code, details } = error;
    const told = tellCore(code, details, typed);
    const file = fileOf(error);
    return { ...told, ...(file === undefined ? {} : { message: `${safe(file)}: ${told.message}` }), code, details };
  }
  if (error instanceof PalyraError) {
    const { code, details } = error;
    return { ...tellOwn(code, details, typed), code, details };
  }
  return undefined;
}

function tellCore<Code extends ErrorCode>(code: Code, details: ErrorDetails[Code], typed: Typed): Telling {
  return telling(CORE_REFUSALS[code], details, typed);
}

function tellOwn<Code extends PalyraErrorCode>(code: Code, details: PalyraErrorDetails[Code], typed: Typed): Telling {
  return telling(OWN[code], details, typed);
}

function telling<Details>({ says, lists, hint, exit }: Sentence<Details>, details: Details, typed: Typed): Telling {
  const advice = hint?.(details, typed);
  return {
    message: says(details),
    listed: lists?.(details) ?? [],
    hint: advice === undefined ? undefined : atPlace(advice, typed.stateRoot),
    exit: exit ?? 1,
  };
}

const VAULT_HINT = {
  copy: "nothing was changed; restore the folder from a copy, or delete palyra-skills.* in it and store the secrets anew",
  mode: "nothing was changed; chmod 600 the file, then palyra secrets rekey --to key-file, and change the secrets that it held",
  passphrase:
    "nothing was changed; type it on a terminal, or let PALYRA_VAULT_PASSPHRASE_FILE name a file of mode 0600 that holds it (/dev/fd/N for an open descriptor)",
  keychain:
    "nothing was changed; unlock the keychain and run it in your own session; there, palyra secrets rekey --to key-file moves the key out of it",
} as const;
/** The intent record has the code of the index, which it would replace. */
const isIntent = (file: string): boolean => basename(file) === ".pending.json";

/** Refusals of this package: the compiler keeps it complete. */
const OWN: { readonly [Code in PalyraErrorCode]: Sentence<PalyraErrorDetails[Code]> } = {
  Usage: { says: ({ problem }) => problem, hint: ({ hint }) => hint, exit: 2 },
  NotInstalled: {
    says: ({ skill_id, version }) => `${safe(skill_id)}${version === undefined ? "" : ` ${safe(version)}`} is not installed`,
    hint: ({ skill_id, installed }) =>
      installed !== undefined && installed.length > 0
        ? `installed of ${safe(skill_id)}: ${listed(installed)}`
        : "palyra skills list shows what is installed",
  },
  NothingInstalled: {
    says: ({ skills_root }) => `nothing is installed in ${safe(skills_root)}`,
    hint: () => "palyra skills install --artifact FILE installs a skill",
  },
  ProcedureExists: {
    says: ({ slug, file }) => `the procedure ${safe(slug)} is there with another text: ${safe(file)}`,
    hint: () => "to replace it: --force; to keep both: another --slug",
  },
  NotEligible: {
    says: ({ skill_id, version, reasons }) => `${safe(skill_id)} ${safe(version)} may not run: it is ${listed(reasons)}`,
    hint: ({ skill_id }) => `all that is known of it: palyra skills check ${safe(skill_id)}`,
  },
  RebuildFailed: {
    says: ({ command, problem }) =>
      command === "" ? `there is nothing to compare: ${safe(problem)}` : `${quoted(command)} did not build it: ${safe(problem)}`,
    hint: ({ command }) =>
      command === ""
        ? "--source is the folder with skill.toml; --run-build COMMAND builds its modules, and without --checkout its files are taken as they are"
        : undefined,
  },
  ProvenanceRefused: {
    says: ({ document, problem }) => `${safe(document)} proves nothing about this artifact: ${safe(problem)}`,
    hint: () => "do not rely on it; ask who published the artifact for the attestation of this very file",
  },
  ...INSTALL_REFUSALS,
  ...RUN_REFUSALS,
  ToolIdConflict: {
    says: ({ skill_id, others }) =>
      `tools of ${safe(skill_id)} have names that active skills of other publishers have: ${listed(
        others.map((other) => `${other.tool_id} (${other.skill_id} has ${other.other_tool_id})`),
      )}`,
    hint: ({ others }) =>
      `disable the other skill first: ${[...new Set(others.map((other) => `palyra skills disable ${safe(other.skill_id)}`))].slice(0, 3).join("; ")}`,
  },
  IndexInvalid: {
    says: ({ file, faults: list }) =>
      isIntent(file)
        ? `the record of an interrupted command, ${safe(file)}, is refused: ${faultCount(list)}`
        : `the index of installed skills, ${safe(file)}, cannot be read: ${faultCount(list)}`,
    hint: ({ file }) =>
      isIntent(file)
        ? "nothing of it was done; if another option is the reason, run the interrupted command again with its own; else delete the file, and run again what was interrupted"
        : "nothing was changed; restore the file from a copy",
  },
  ArtifactDigestMismatch: {
    says: ({ skill_id, version, recorded, actual }) =>
      actual === null
        ? `the artifact of ${safe(skill_id)} ${safe(version)} is missing from the skills folder`
        : `${safe(skill_id)} ${safe(version)} was changed after it was installed: its artifact hashes to ${safe(actual)}, installed was ${safe(recorded)}`,
    hint: ({ skill_id, version }) =>
      `to replace it: palyra skills remove ${safe(skill_id)} --version ${safe(version)}, install it again from its source, then palyra skills enable`,
  },
  SecretNotFound: {
    says: ({ scope, key }) => `there is no secret ${safe(scope)}/${safe(key)}`,
    hint: ({ scope, key }) => `to store one: palyra secrets set ${shellWord(scope)} ${shellWord(key)}`,
  },
  VaultUnavailable: {
    says: ({ folder, problem }) => `the vault in ${safe(folder)} cannot be used: ${safe(problem)}`,
    hint: ({ needs }) => VAULT_HINT[needs ?? "copy"],
  },
  TrustStoreChanged: {
    says: ({ file, recorded, actual }) =>
      actual === null
        ? `${safe(file)} is missing; recorded is ${safe(recorded ?? "nothing")}`
        : recorded === null
          ? `${safe(file)} was not written by this system: nothing is recorded of it; it hashes to ${safe(actual)}`
          : `${safe(file)} was changed by something else: it hashes to ${safe(actual)}, recorded is ${safe(recorded)}`,
    hint: (_, typed) =>
      `nothing of it is believed; to see what it says, and to accept it: ${trustCommand("accept-changes", [], typed)}`,
  },
  RevocationListUnusable: {
    says: ({ issuer, file, problem }) => `the revocation list of ${safe(issuer)} cannot be used: ${safe(file)}: ${safe(problem)}`,
    hint: ({ issuer }, typed) =>
      `without it a revoked key would be trusted; to fetch it again: ${trustCommand("revocations refresh", [issuer], typed)}`,
  },
  RevocationListStale: {
    says: ({ issuer, expired_at_unix_ms }) =>
      expired_at_unix_ms === null
        ? `the revocation list of ${safe(issuer)} was never fetched`
        : `the revocation list of ${safe(issuer)} expired on ${moment(expired_at_unix_ms)}, and its grace is over`,
    hint: ({ issuer }, typed) => `to fetch a newer one: ${trustCommand("revocations refresh", [issuer], typed)}`,
  },
  FeedUnreachable: {
    says: ({ source, problem }) => `${safe(withoutUserInfo(source))} cannot be fetched: ${safe(problem)}`,
    hint: ({ of, problem }) => {
      const isUnknown = problem.includes("signed by nobody");
      if (of === "vulnerability_feed")
        return `nothing was changed; audits go on with what was fetched before, and say how old it is${isUnknown ? "; NODE_EXTRA_CA_CERTS=FILE in the environment names a private authority" : ""}`;
      return `nothing was changed; what was fetched before goes on counting until it is stale${isUnknown ? "; a private authority is named with --ca-cert FILE" : ""}`;
    },
  },
  VexInvalid: {
    says: ({ file, format, faults: list }) =>
      `the statements on vulnerabilities in ${safe(file)} cannot be used${format === "unknown" ? "" : ` (${safe(format)})`}: ${faultCount(list)}`,
    hint: () => "give OpenVEX or CycloneDX documents; nothing was silenced by it",
  },
  DaemonUnreachable: {
    says: ({ url, problem }) => `the daemon at ${safe(url)} cannot be asked: ${safe(problem)}`,
    hint: () =>
      "nothing was changed here; whether it did what was asked, its own list says. Where no daemon runs, the local journal is used",
  },
  DaemonRefused: {
    says: ({ url, status, problem }) =>
      `the daemon at ${safe(url)} refused: HTTP ${status}${problem === "" ? "" : `, ${safe(problem)}`}`,
    hint: ({ status }) =>
      status === 401
        ? "nothing was changed; PALYRA_ADMIN_TOKEN must be the token that the daemon was started with"
        : "nothing was changed here",
  },
  AuditorUnavailable: {
    says: ({ problem }) => `the daemon cannot audit now: ${safe(problem)}`,
    hint: () => "no skill became more eligible by it; the next audit starts anew",
  },
  SandboxUnavailable: {
    says: ({ problem }) => `no process can be started in which a tool would run: ${safe(problem)}`,
    hint: () => "nothing was run; a container or a limit of the system may keep Node from starting another process",
  },
  DaemonRunning: {
    says: ({ state_root, holder, url }) =>
      `another daemon serves ${safe(state_root)}: process ${safe(holder ?? "unknown")}${url === null ? "" : `, at ${safe(url)}`}`,
    hint: () => "stop it first, or name another state root with --state-root",
  },
  ListenFailed: {
    says: ({ address, code }) => `cannot listen at ${safe(address)}: ${LISTEN_WORDS[code] ?? safe(code)}`,
    hint: ({ code }) =>
      code === "EADDRINUSE" ? "name another port with --port, or 0 for a free one; who has it: ss -ltnp" : undefined,
  },
  JournalUnavailable: {
    says: ({ file, problem, why }) => {
      const words = why === undefined ? problem : systemWords(why);
      return `the journal ${safe(file)} cannot be used: ${safe(problem)}${words === problem ? "" : `: ${words}`}`;
    },
    hint: ({ file, why }) =>
      `nothing was changed; without its journal no skill changes its state, and none starts${why === undefined ? "" : `: ${remedyOf(why, file)}`}`,
  },
  JournalChainBroken: {
    says: ({ seq, problem, recorded }) =>
      recorded === null
        ? `the journal, which ends at event ${seq}, is not one that is known here: ${safe(problem)}`
        : `the journal is not as it was written, at event ${seq}: ${safe(problem)}`,
    hint: ({ recorded }) =>
      recorded === undefined
        ? "keep the file as evidence, and compare it with a copy from before"
        : recorded === null
          ? "nothing is freed or started by it; where it was moved here or restored, or the vault was made anew, look at it, then: palyra skills journal accept-head"
          : "nothing is freed or started by it; put the true one back, or, to go on with this one: palyra skills journal accept-head",
  },
  LockTimeout: {
    says: ({ file, waited_ms, holder }) =>
      `another process ${holder === undefined ? "" : `(${safe(holder)}) `}has held ${safe(file)} for ${Math.round(waited_ms / 1000)} s`,
    hint: () => "try again when it is done; the lock goes away with its process",
  },
  UnsafeInstallName: {
    says: ({ name, problem }) => `nothing can be installed under the name ${quoted(name)}: ${safe(problem)}`,
  },
  UnsafeStateRoot: {
    says: ({ folder, problem, file, root, skill_id }) =>
      root === undefined || skill_id === undefined
        ? `the ${file === true ? "file" : "folder"} ${safe(folder)} is not safe: ${safe(problem)}`
        : `${safe(folder)} cannot be the root ${safe(root)} of ${safe(skill_id)}: ${safe(problem)}`,
    // What of a mapped root is at fault is where it lies, and no mode of it.
    hint: ({ folder, file, of_another: isOfAnother, root, skill_id }) => {
      if (root !== undefined && skill_id !== undefined) return `lay it elsewhere: ${rootCommand(root, skill_id)}`;
      const must = "it must belong to you and nobody else may write to it";
      // No mode that you may set makes it yours.
      if (isOfAnother === true) return `${must}: name a place of your own (--state-root DIR), or ask its owner`;
      return `${must}: chmod ${file === true ? "600" : "700"} ${safe(folder)}`;
    },
  },
  EngineUnsupported: {
    says: ({ skill_id, version, features, engine }) =>
      `${safe(skill_id)} ${safe(version)} uses what ${safe(engine)} cannot run: ${listed(features)}`,
    hint: () => "run palyra with a newer Node",
  },
  Declined: { says: ({ what }) => `${safe(what)} was declined; nothing was changed` },
  Io: {
    says: ({ named_by: variable, root, skill_id, ...details }) => {
      const whose = root === undefined || skill_id === undefined ? "" : `the root ${safe(root)} of ${safe(skill_id)}, `;
      return `cannot ${safe(details.action)} ${whose}${safe(details.file)}${variable === undefined ? "" : ` (named by ${safe(variable)})`}: ${systemProblem(details)}`;
    },
    hint: ({ code, root, skill_id, file, limit }) => {
      if (root !== undefined && skill_id !== undefined)
        return `${code === "ENOENT" ? "make that folder, or lay it elsewhere" : "lay it elsewhere"}: ${rootCommand(root, skill_id)}`;
      return code === "ENOSPC" && limit !== undefined ? remedyOf(code, file) : SYSTEM_HINTS[code];
    },
  },
};
