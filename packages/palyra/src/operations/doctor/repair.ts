/** What `--fix` does: only what loses nothing and decides nothing. Trust, the chain and artifacts are never taken over as they are. */
import type { Call } from "../../call.ts";
import { skillsFolder } from "../../installed/index.ts";
import { rebuildAuditFile } from "../../journal/index.ts";
import { exclusively, projectNow } from "../../lifecycle/index.ts";
import type { Services } from "../services.ts";
import type { Examined } from "./examine.ts";
import { type Finding, findingOf } from "./finding.ts";
import { removeDeadDaemon } from "./leftovers.ts";
import { setMode } from "./permissions.ts";

/** Repairs what it can of what was found, each for itself; what could not be repaired is said as a finding of its own. */
export async function repair(
  services: Services,
  { findings, modes, auditFile }: Examined,
  call: Call,
): Promise<readonly Finding[]> {
  const { home } = services;
  const failed: Finding[] = [];
  const each = async (id: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failed.push(findingOf(id, error));
    }
  };
  const wanted = (...ids: readonly string[]): boolean => findings.some(({ id, fixable }) => fixable && ids.includes(id));
  for (const mode of modes) await each("permissions", () => setMode(mode));
  if (wanted("interrupted_plan", "stale_staging", "audit_file"))
    await each("leftovers", () =>
      // Recovers first, as every writer does (spec 5.2).
      exclusively(home, call, "doctor --fix", async (writer) => {
        if (auditFile === "missing") await rebuildAuditFile(await writer.journal(), skillsFolder(home.places.skillsRoot).audit);
        if (auditFile !== "as it should be") await projectNow(writer, call);
      }),
    );
  if (wanted("daemon")) await each("daemon", () => removeDeadDaemon(services, call.signal));
  return failed;
}
