/** What a run may use, for a person: the `class=value` of receipts and approvals, a stranger's names in it escaped. */
import { safe } from "./safe.ts";

/** As long as any host or secret that there can be: what a name ends with is what it is (T28). */
const MAX_GRANT = 420;

/** Of a secret that the host inserts that it does: no tool reads it (spec 10.4, T38). */
export const tellGrant = (grant: string): string =>
  `${safe(grant, MAX_GRANT)}${grant.startsWith("insert=") ? ": the host puts it into that header, the tool cannot read it" : ""}`;
