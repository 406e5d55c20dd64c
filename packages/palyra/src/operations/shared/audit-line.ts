import type { AuditReport } from "palyra-skills/audit";
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
