/** What a run may use, for a person: the `class=value` of receipts and approvals, a stranger's names in it escaped. */
import { safe } from "./safe.ts";
import { moment } from "./units.ts";

/** As long as any host or secret that there can be: what a name ends with is what it is (T28). */
const MAX_GRANT = 420;

/** Ours: what an operator granted, with blanks between its parts; the name of a root is its publisher's, and so is a host with a `*`. */
const OURS = /^(?:root=[!#-~]+ (?:\/|[A-Za-z]:[\\/])|(?:clock|random)=|network=https?:\/\/[!-)+-~]+ private$)/;
const FROZEN = /^clock=frozen (\d{1,16})$/;
const PLAIN = /^[!#-~]+$/;

/**
 * Of a secret that the host inserts that it does: no tool reads it (spec 10.4, T38). A name that is not of plain characters stands in quotes as JSON has
 * them: one could go on as the host's own words do (T28, T44).
 */
export function tellGrant(grant: string): string {
  if (grant.startsWith("insert=")) return `${safe(grant, MAX_GRANT)}: the host puts it into that header, the tool cannot read it`;
  const [, frozen] = FROZEN.exec(grant) ?? [];
  if (frozen !== undefined) return `${grant} (${moment(BigInt(frozen))})`;
  if (PLAIN.test(grant) || OURS.test(grant)) return safe(grant, MAX_GRANT);
  const name = grant.indexOf("=") + 1;
  return `${grant.slice(0, name)}${safe(JSON.stringify(grant.slice(name)), MAX_GRANT)}`;
}
