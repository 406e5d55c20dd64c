/** The life of an installed skill (spec 5): look, plan, commit, recover. */

export type { Home, OpenJournalPort, Places } from "./home.ts";
export { installSkill, lookInstall } from "./install.ts";
export type {
  Consent,
  Evaluated,
  InstallDocument,
  InstallLook,
  InstallOutcome,
  InstallRequest,
} from "./install-look.ts";
export { holdsLaunchVerdict, keepLaunchVerdicts, type LaunchStandards, launchGround } from "./launch-verdicts.ts";
export { isLaunchable } from "./launchable.ts";
export { missingSecrets } from "./missing-secrets.ts";
export { openInstalled } from "./open-installed.ts";
export { ACCEPT_WIDENING } from "./plan-install.ts";
export { isKnown } from "./previous.ts";
export { pardon } from "./reaudit/examining.ts";
export type { ReauditRequest } from "./reaudit/measure.ts";
export { reauditSkills } from "./reaudit/pass.ts";
export { type FailedSkill, MAX_FAILED_TOLD, type PassSummary } from "./reaudit/summary.ts";
export type { Watch } from "./reaudit/watch.ts";
export { readFeedKey, readRecordKey } from "./record-key.ts";
export { recoverForReading } from "./recover-reading.ts";
export { recordRemoteStatus } from "./remote-status.ts";
export { type RemoveOutcome, type RemoveRequest, removeSkill, requireInstalled } from "./remove.ts";
export { exclusively, projectNow, type RootWriter } from "./root.ts";
export { changeStatus, resolveSubject, type StatusDocument, type StatusRequest } from "./status.ts";
export { checkToolIds, nameForModel } from "./tools.ts";
export { changeTrust, type DecidedChange, decideTrustChange, type StoreChange, type TrustOutcome } from "./trust-change.ts";
export { readDecidingTrust, readHomeTrust, trustPlace } from "./trust-place.ts";
export { type UseOutcome, type UseRequest, useVersion } from "./use.ts";
export { recordVerified, type VerifiedRecord } from "./verified.ts";
