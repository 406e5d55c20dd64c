import * as v from "valibot";
import { reason, skillId, version } from "./inputs.ts";

/** What quarantine, disable and enable take (spec 11.6). */
export const statusInput = { skillId, version, reason };

export const STATUS_ERRORS = [
  "NotInstalled",
  "IndexInvalid",
  "JournalUnavailable",
  "LockTimeout",
  "UnsafeStateRoot",
  "Io",
] as const;

export const statusOnly = v.strictObject(statusInput);
