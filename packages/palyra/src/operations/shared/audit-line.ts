import type { AuditReport } from "palyra-skills/audit";
import type { Audited } from "palyra-skills/report";
import type { Problem } from "./inventory.ts";

/** One audit of a document of spec 11.5. */
export interface AuditLine {
  readonly source: "installed" | "artifact";
  readonly artifact: string;
  /** Null for a file: its report says what it calls itself. */
  readonly skill_id: string | null;
  readonly version: string | null;
  /** Absent where it could not be audited: then `error` says why (T19, D9). */
  readonly report?: AuditReport;
  readonly error?: Problem;
}

/** The line as a report shows it. */
export const auditedOf = ({ artifact, report, error }: AuditLine): Audited => ({
  path: artifact,
  ...(report === undefined ? {} : { report }),
  ...(error === undefined ? {} : { problem: error }),
});
