/** Changes of what is kept of operators' decisions: record and event under the root's lock. */
import type { JsonObject } from "palyra-skills/encoding";
import type { Call } from "../../call.ts";
import { isRefusal, PalyraError } from "../../errors.ts";
import { faultPoint } from "../../files/index.ts";
import { type EventKind, newEvent } from "../../journal/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { exclusively, projectNow, type RootWriter } from "../../lifecycle/index.ts";
import {
  type Approval,
  type GrantsOfSkills,
  parseApprovals,
  parseGrants,
  readSealed,
  type SealedPlace,
  withApproval,
  writeApprovals,
  writeGrants,
  writeSealed,
} from "../../policy/index.ts";
import { sealedPlaces } from "./sealed-places.ts";

/** What is kept now. `AuthorizationRecordInvalid`. */
export async function readApprovals(home: Home): Promise<readonly Approval[]> {
  return (await keptIn((await sealedPlaces(home)).approvals, parseApprovals)).value;
}

export async function readGrants(home: Home): Promise<GrantsOfSkills> {
  return (await keptIn((await sealedPlaces(home)).grants, parseGrants)).value;
}

export async function keepApproval(home: Home, approval: Approval, call: Call): Promise<void> {
  await changeApprovals(home, call, "skill.approved", (before) => {
    const { id, skill_id, tool_id, surface, session, artifact_sha256, policy_sha256, grants } = approval;
    const about = { skill_id, tool_id, approval_id: id, surface, lasts: session === null ? "always" : "session" };
    return { after: withApproval(before, approval, call.now), payload: { ...about, artifact_sha256, policy_sha256, grants } };
  });
}

/** `anew`: a record that cannot be believed is replaced by one of nothing; answers whether that was done. */
export async function changeApprovals(
  home: Home,
  call: Call,
  kind: "skill.approved" | "skill.approval_removed",
  change: (before: readonly Approval[]) => { readonly after: readonly Approval[]; readonly payload: JsonObject },
  anew = false,
): Promise<boolean> {
  return exclusively(home, call, "skills approvals", async (writer) => {
    const { approvals } = await sealedPlaces(home);
    const { generation, value, isAnew } = await keptIn(approvals, parseApprovals, anew ? [] : undefined);
    const { after, payload } = change(value);
    const tell = () => journaled(home, writer, call, kind, payload);
    // Killed between the two, nothing is in force that the journal does not know of.
    if (kind === "skill.approved") await tell();
    faultPoint("approvals.write");
    await writeSealed(approvals, generation, writeApprovals(after));
    faultPoint("approvals.written");
    if (kind === "skill.approval_removed") await tell();
    return isAnew;
  });
}

/** Where `change` gives nothing, nothing is written and nothing journaled. */
export async function changeGrants(
  home: Home,
  call: Call,
  change: (
    before: GrantsOfSkills,
    isAnew: boolean,
  ) => { readonly after: GrantsOfSkills; readonly payload: JsonObject } | undefined,
  anew = false,
): Promise<boolean> {
  return exclusively(home, call, "skills grant", async (writer) => {
    const { grants } = await sealedPlaces(home);
    const { generation, value, isAnew } = await keptIn(grants, parseGrants, anew ? new Map() : undefined);
    const changed = change(value, isAnew);
    if (changed === undefined) return false;
    const { after, payload } = changed;
    await journaled(home, writer, call, "skill.granted", payload);
    faultPoint("grants.write");
    await writeSealed(grants, generation, writeGrants(after));
    return isAnew;
  });
}

async function journaled(home: Home, writer: RootWriter, call: Call, kind: EventKind, payload: JsonObject): Promise<void> {
  const journal = await writer.journal();
  await journal.transaction((open) => void open.append(newEvent(home.newUlid(call.now), call, kind, payload)));
  await projectNow(writer, call);
}

async function keptIn<Value>(
  place: SealedPlace,
  parse: (json: Uint8Array) => Value | undefined,
  instead?: Value,
): Promise<{ readonly generation: number; readonly value: Value; readonly isAnew: boolean }> {
  try {
    const { generation, json } = await readSealed(place);
    const value = parse(json);
    if (value !== undefined) return { generation, value, isAnew: false };
    const { file, name } = place;
    throw new PalyraError("AuthorizationRecordInvalid", { file, record: name, problem: "its contents are of another release" });
  } catch (error) {
    if (instead === undefined || !isRefusal(error, "AuthorizationRecordInvalid")) throw error;
    return { generation: 0, value: instead, isAnew: true };
  }
}
