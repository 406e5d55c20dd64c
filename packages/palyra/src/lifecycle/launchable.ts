import { type AuditReport, engineBlocks } from "palyra-skills/audit";
import type { LaunchStandards } from "./launch-verdicts.ts";

/** Whether an audit says enough to start by: all of it was done, and nothing of it failed. T16, T32; spec 4.5: this engine can run it. */
export const isLaunchable = (report: AuditReport, { feed }: Pick<LaunchStandards, "feed">): boolean =>
  report.passed &&
  !report.should_quarantine &&
  engineBlocks(report).length === 0 &&
  (feed.state !== "open" || report.vulnerability_scan.status !== "skipped");
