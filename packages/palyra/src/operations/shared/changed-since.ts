/** What a person is told who said yes for always, and is asked again: what he said yes to is another by now (T28). */
import type { Home } from "../../lifecycle/home.ts";
import type { ApprovalSubject } from "../../policy/index.ts";
import { CHANGED } from "../wording/changed.ts";
import { changedParts } from "./approval-fits.ts";
import { readApprovals } from "./authorization-writes.ts";

/** One line of the question, where there is such a yes: lest it looks as if nothing was kept. */
export async function changedSince(home: Home, subject: ApprovalSubject): Promise<readonly string[]> {
  const { principal, surface, skill_id, tool_id } = subject;
  const kept = (await readApprovals(home)).filter(
    (each) => each.session === null && each.skill_id === skill_id && each.tool_id === tool_id,
  );
  const before = kept.findLast((each) => each.principal === principal && each.surface === surface);
  if (before === undefined) return [];
  const parts = changedParts(before, subject).map((part) => CHANGED[part]);
  return [`it was approved before, but changed since: ${parts.join(", ")}`];
}
