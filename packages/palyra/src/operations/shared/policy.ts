import { SkillError } from "palyra-skills";
import { type AuditPolicy, DEFAULT_POLICY } from "palyra-skills/audit";
import { readStanding } from "../../files/index.ts";
import type { Settings } from "../../settings.ts";
import { namedBy } from "./named-by.ts";

const MAX_POLICY_BYTES = 1024 * 1024;

/** The policy in force (spec 4.2, 11.1): the file that an option or a variable names, else the defaults. `PolicyInvalid`, `Io`. */
export async function readPolicy(settings: Settings): Promise<AuditPolicy> {
  const file = settings.auditPolicy.value;
  if (file === undefined) return DEFAULT_POLICY;
  return namedBy(settings.auditPolicy, async () => {
    const read = await readStanding(file, MAX_POLICY_BYTES);
    if (!read.ok) throw new SkillError("PolicyInvalid", { document: file, faults: [{ path: "", problem: "too large" }] });
    // It knows all rules: loaded where there is something to be read.
    return (await import("./audit-policy-text.ts")).parsePolicy(read.bytes, file);
  });
}
