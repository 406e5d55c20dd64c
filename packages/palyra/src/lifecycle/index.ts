export { type Home, type Places, placesOf } from "./home.ts";
export {
  type InstallDocument,
  type InstallLook,
  type InstallOutcome,
  type InstallRequest,
  installSkill,
  lookInstall,
} from "./install.ts";
export { recoverForReading } from "./recover.ts";
export { type RemoveOutcome, type RemoveRequest, removeSkill } from "./remove.ts";
export { changeStatus, type StatusDocument, type StatusRequest } from "./status.ts";
export { changeTrust, type TrustOutcome } from "./trust-change.ts";
export { type UseOutcome, type UseRequest, useVersion } from "./use.ts";
export { recordVerified, type VerifiedRecord } from "./verified.ts";
