import type { Call } from "../call.ts";
import { isRefusal, PalyraError } from "../errors.ts";
import { LOCK_TIMEOUT_MS } from "../files/index.ts";
import { acquire } from "./acquire.ts";
import { commitInstall } from "./commit-install.ts";
import { compare } from "./compare.ts";
import { evaluate } from "./evaluate.ts";
import { auditPayload, makeEvent, refusedPayload } from "./events.ts";
import { noteSeen } from "./fresh.ts";
import type { Home } from "./home.ts";
import type { Consent, Evaluated, InstallLook, InstallOutcome, InstallRequest } from "./install-look.ts";
import { ACCEPT_WIDENING } from "./plan-install.ts";
import { recoverForReading } from "./recover-reading.ts";
import { refreshDueLists } from "./revocation-lists.ts";
import { exclusively, projectNow } from "./root.ts";
import { prepareRoots } from "./state-root.ts";

/**
 * Spec 5.2, look: nothing is written, no lock is held. Errors: those of spec 1.5 and 3.2; `Io`; `UnsafeInstallName`,
 * `AlreadyInstalled`, `OwnerChangeRefused`, `DowngradeRefused`, `VersionJumpRefused`, `ReleaseTooFresh`, `ToolIdConflict`, `EngineUnsupported`. A failed audit is no
 * error here: `admitted` is absent, and nothing is compared.
 */
export async function lookInstall(home: Home, request: InstallRequest, call: Call): Promise<InstallLook> {
  const bytes = await acquire(request.source);
  const evaluated = await evaluate(home, request, bytes, call);
  return compare(home, evaluated, call);
}

/** Looks that may be overtaken by others, one after the other, before it is given up. */
const MAX_LOOKS = 50;

/**
 * Looks, asks, commits; looks again where what the plan rests on changed meanwhile. `consent` asks the person, throws `Declined`, and
 * may say which secrets are missing then; it is asked again only when what it was shown changed. A refused audit is journaled and throws
 * `AuditRefused`; `WideningRefused` where nobody agreed to what is asked for beyond what is installed.
 */
export async function installSkill(
  home: Home,
  request: InstallRequest,
  call: Call,
  consent: (look: InstallLook) => Promise<Consent | undefined>,
): Promise<InstallOutcome> {
  await prepareRoots(home);
  await recoverForReading(home, call);
  await refreshDueLists(home, call);
  const bytes = await acquire(request.source);
  let consented: { readonly to: string; readonly answer: Consent } | undefined;
  for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
    const look = await lookOrNote(home, await evaluate(home, request, bytes, call), call);
    if (look.admitted === undefined) return refuse(home, look, call);
    if (consented?.to !== shown(look)) consented = { to: shown(look), answer: (await consent(look)) ?? {} };
    const outcome = await commitInstall(home, agreed(look, consented.answer), look.admitted, call);
    if (outcome !== undefined) return outcome;
  }
  throw new PalyraError("LockTimeout", { file: home.places.skillsRoot, waited_ms: LOCK_TIMEOUT_MS });
}

/** What a person's consent is about: from which artifact to which it widens as well. */
function shown({ trusted, previousVersion, status, allowed, previous }: InstallLook): string {
  return JSON.stringify([trusted.decision, previousVersion ?? null, status.status, allowed, previous?.artifact_sha256 ?? null]);
}

/** A release that is refused for being fresh is remembered: or its cool-down would never begin. */
async function lookOrNote(home: Home, evaluated: Evaluated, call: Call): Promise<InstallLook> {
  try {
    return await compare(home, evaluated, call);
  } catch (error) {
    if (isRefusal(error, "ReleaseTooFresh")) await noteSeen(home, error, call);
    throw error;
  }
}

/** Nothing widens by silence: a person asked for it, or was shown it and said yes (spec 4.4). `WideningRefused`. */
function agreed(look: InstallLook, { missingSecrets = look.missingSecrets, acceptsWidening = false }: Consent): InstallLook {
  const { widening } = look.difference;
  const { allowed, artifact, previous, artifactSha256 } = look;
  if (previous === undefined || widening.length === 0 || allowed.includes(ACCEPT_WIDENING)) return { ...look, missingSecrets };
  if (acceptsWidening) return { ...look, missingSecrets, allowed: [...allowed, ACCEPT_WIDENING] };
  const { skill_id, version } = artifact.manifest;
  const from = { version: previous.version, artifact_sha256: previous.artifact_sha256, installed: previous.isInstalled };
  throw new PalyraError("WideningRefused", { skill_id, version, artifact_sha256: artifactSha256, from, widening });
}

/** Two events, nothing installed, no pin kept (spec 5.2, T5). */
async function refuse(home: Home, { report, request }: InstallLook, call: Call): Promise<never> {
  await exclusively(home, call, "skills install", async (writer) => {
    const events = [
      makeEvent(home, call, "skill.audit", auditPayload(report, request.source)),
      makeEvent(home, call, "skill.quarantined", refusedPayload(report)),
    ];
    const journal = await writer.journal();
    await journal.transaction((transaction) => events.forEach((event) => void transaction.append(event)));
    await projectNow(writer, call);
  });
  const { skill_id, version, quarantine_reasons: reasons } = report;
  throw new PalyraError("AuditRefused", { skill_id, version, reasons });
}
