import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import { LOCK_TIMEOUT_MS } from "../files/index.ts";
import type { SecretKey } from "../installed/index.ts";
import { acquire } from "./acquire.ts";
import { commitInstall } from "./commit-install.ts";
import { compare } from "./compare.ts";
import { evaluate } from "./evaluate.ts";
import { auditPayload, makeEvent, refusedPayload } from "./events.ts";
import type { Home } from "./home.ts";
import type { InstallLook, InstallOutcome, InstallRequest } from "./install-look.ts";
import { recoverForReading } from "./recover-reading.ts";
import { refreshDueLists } from "./revocation-lists.ts";
import { exclusively, projectNow } from "./root.ts";
import { prepareRoots } from "./state-root.ts";

/**
 * Spec 5.2, look: nothing is written, no lock is held. Errors: those of spec 1.5 and 3.2; `Io`; `UnsafeInstallName`,
 * `AlreadyInstalled`, `OwnerChangeRefused`, `DowngradeRefused`, `ToolIdConflict`, `EngineUnsupported`. A failed audit is no
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
 * may say which secrets are missing then; it is asked again only when what it was shown changed. A refused audit is journaled and throws `AuditRefused`.
 */
export async function installSkill(
  home: Home,
  request: InstallRequest,
  call: Call,
  consent: (look: InstallLook) => Promise<readonly SecretKey[] | undefined>,
): Promise<InstallOutcome> {
  await prepareRoots(home);
  await recoverForReading(home, call);
  await refreshDueLists(home, call);
  const bytes = await acquire(request.source);
  let consented: string | undefined;
  for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
    const look = await compare(home, await evaluate(home, request, bytes, call), call);
    if (look.admitted === undefined) return refuse(home, look, call);
    const missing = (shown(look) === consented ? undefined : await consent(look)) ?? look.missingSecrets;
    consented = shown(look);
    const outcome = await commitInstall(home, { ...look, missingSecrets: missing }, look.admitted, call);
    if (outcome !== undefined) return outcome;
  }
  throw new PalyraError("LockTimeout", { file: home.places.skillsRoot, waited_ms: LOCK_TIMEOUT_MS });
}

/** What a person's consent is about. */
function shown({ trusted, previousVersion, status, allowed }: InstallLook): string {
  return JSON.stringify([trusted.decision, previousVersion ?? null, status.status, allowed]);
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
