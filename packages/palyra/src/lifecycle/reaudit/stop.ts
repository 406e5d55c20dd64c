import { faultPoint } from "../../files/index.ts";
import type { InstalledEntry } from "../../installed/index.ts";
import { findEntry } from "../../installed/index.ts";
import type { Actor, Journal, JournalWriter } from "../../journal/index.ts";
import { writeStatus } from "../status.ts";
import type { CurrentIndex } from "./current-index.ts";
import { codesOf, type Finding, reasonOf } from "./reasons.ts";

/** What came of stopping a skill. `changed`: its record is another by now, so that what was found is of something else. */
export type Stopped =
  | { readonly kind: "stopped"; readonly reason: string; readonly unchained: boolean }
  | { readonly kind: "already" }
  | { readonly kind: "changed" };

/** Row, event and outbox in one transaction, if it is still the version that was looked at (spec 5.4). `IndexInvalid`, `JournalUnavailable`, `LockTimeout`. */
export async function stopSkill(
  journal: Journal,
  index: CurrentIndex,
  { entry, findings }: { readonly entry: InstalledEntry; readonly findings: readonly Finding[] },
  ulid: string,
  actor: Actor,
): Promise<Stopped> {
  const { skill_id, version } = entry;
  faultPoint("reaudit.stop");
  const stop = (writer: JournalWriter): Stopped => {
    const record = findEntry(index.read(), skill_id, version);
    if (record === undefined || !isSameInstall(record, entry)) return { kind: "changed" };
    // What an operator or another process stopped meanwhile keeps its own reason.
    if (isStopped(writer, skill_id, version)) return { kind: "already" };
    const reason = reasonOf(findings);
    const change = { skill_id, version, status: "quarantined", reason } as const;
    const { broken } = writeStatus(writer, change, ulid, actor, { reason_codes: codesOf(findings) });
    faultPoint("reaudit.written");
    return { kind: "stopped", reason, unchained: broken ?? false };
  };
  const stopped = await journal.transaction(stop, { stops: true });
  faultPoint("reaudit.stopped");
  return stopped;
}

/** Where the row does not say so, an index that says so is not believed: it would keep a skill from being stopped (T26). */
function isStopped(writer: JournalWriter, skillId: string, version: string): boolean {
  if (writer.row(skillId, version)?.status === "quarantined") return true;
  return (
    writer.status(skillId, version).status === "quarantined" &&
    writer.scannedStatuses()(skillId, version).status === "quarantined"
  );
}

/** The same bytes, put there by the same install, and still current as it was; `skills verify` may have noted another decision. */
function isSameInstall(one: InstalledEntry, other: InstalledEntry): boolean {
  return (
    one.artifact_sha256 === other.artifact_sha256 &&
    one.installed_at_unix_ms === other.installed_at_unix_ms &&
    one.current === other.current
  );
}
