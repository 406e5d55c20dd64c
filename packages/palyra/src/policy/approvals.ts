/** What a person said yes to (spec 10.5, T28): kept, looked up and told. Pure. */
import { encodeUtf8, type JsonReader, readJson, toHex, u64be, writeJson } from "palyra-skills/encoding";
import type { Platform } from "palyra-skills/platform";

/** Everything that an approval binds: where one of these is another, it is none. */
export interface ApprovalSubject {
  readonly principal: string;
  readonly surface: string;
  readonly skill_id: string;
  readonly tool_id: string;
  readonly artifact_sha256: string;
  /** `class=value`, sorted: with what the operator grants beside the manifest. */
  readonly grants: readonly string[];
  readonly policy_sha256: string;
}

/** `once` is never kept: it is the call itself. */
export const APPROVAL_SCOPES = ["once", "session", "always"] as const;
export type ApprovalScope = (typeof APPROVAL_SCOPES)[number];

/** One that is kept. */
export interface Approval extends ApprovalSubject {
  /** Of all that it binds, and of the session; 64 hex digits. */
  readonly id: string;
  /** The session that it is good for; null: always. */
  readonly session: string | null;
  readonly approved_at_unix_ms: number;
  readonly approved_by: string;
  /** Null: as long as nothing of it changes. */
  readonly expires_at_unix_ms: number | null;
}

/** Milliseconds for which an approval of a session is good at most. */
const SESSION_MS = 12 * 60 * 60 * 1000;
/** Milliseconds by which a clock may have been set back, and calls begin before others that are answered first. */
const SKEW_MS = 5 * 60 * 1000;
/** Approvals that one home keeps, and bytes of them: less than what is read of a record (`sealed`). */
const MAX_APPROVALS = 10_000;
const MAX_APPROVAL_BYTES = 7 * 1024 * 1024;

/** SHA-256 of the domain and each part with its length as u64-BE; null is empty, and the grants are last. */
export function approvalId(subject: ApprovalSubject, session: string | null, platform: Platform): string {
  const { principal, surface, skill_id, tool_id, artifact_sha256, policy_sha256, grants } = subject;
  const hash = platform.sha256().update(encodeUtf8("palyra.skill.approval.v1"));
  for (const part of [principal, surface, skill_id, tool_id, artifact_sha256, policy_sha256, session ?? "", ...grants]) {
    const bytes = encodeUtf8(part);
    hash.update(u64be(bytes.length)).update(bytes);
  }
  return toHex(hash.digest());
}

/** The one that lets a call start without asking; undefined: a person is to be asked. */
export function fittingApproval(
  approvals: readonly Approval[],
  subject: ApprovalSubject,
  at: { readonly session: string; readonly now: number },
  platform: Platform,
): Approval | undefined {
  const ids = [approvalId(subject, null, platform), approvalId(subject, at.session, platform)];
  return approvals.find(({ id, expires_at_unix_ms }) => ids.includes(id) && !isOver(expires_at_unix_ms, at.now));
}

export function makeApproval(
  subject: ApprovalSubject,
  given: { readonly session: string | null; readonly now: number; readonly by: string },
  platform: Platform,
): Approval {
  const { session, now, by } = given;
  const expires_at_unix_ms = session === null ? null : now + SESSION_MS;
  const id = approvalId(subject, session, platform);
  return { id, ...subject, session, approved_at_unix_ms: now, approved_by: by, expires_at_unix_ms };
}

/**
 * With one more; the one that it takes the place of, and those whose time is over, are gone. Of more than may be kept the oldest of the skill that
 * takes most room go: its calls are asked for again, and nobody else's, however much a skill asks for (T19, T28).
 */
export function withApproval(approvals: readonly Approval[], added: Approval, now: number): readonly Approval[] {
  const kept = approvals.filter(({ id, expires_at_unix_ms }) => id !== added.id && !isOver(expires_at_unix_ms, now));
  return [...withinBounds(kept, MAX_APPROVAL_BYTES - bytesOf(added)), added];
}

function withinBounds(approvals: readonly Approval[], bytes: number): readonly Approval[] {
  const bySkill = new Map<string, { bytes: number; readonly sizes: Map<Approval, number> }>();
  let left = { count: approvals.length, bytes: 0 };
  for (const approval of approvals) {
    const held = bySkill.get(approval.skill_id) ?? { bytes: 0, sizes: new Map() };
    const size = bytesOf(approval);
    held.sizes.set(approval, size);
    held.bytes += size;
    left.bytes += size;
    bySkill.set(approval.skill_id, held);
  }
  const gone = new Set<Approval>();
  while (left.count > 0 && (left.count >= MAX_APPROVALS || left.bytes > bytes)) {
    const [most] = [...bySkill.values()].sort((one, other) => other.bytes - one.bytes);
    const [oldest] = most?.sizes ?? [];
    if (most === undefined || oldest === undefined) break;
    const [approval, size] = oldest;
    most.sizes.delete(approval);
    most.bytes -= size;
    left = { count: left.count - 1, bytes: left.bytes - size };
    gone.add(approval);
  }
  return gone.size === 0 ? approvals : approvals.filter((each) => !gone.has(each));
}

/** As it stands in the record. */
const bytesOf = (approval: Approval): number => encodeUtf8(writeJson({ ...approval })).length + 1;

/** One of a session that ends later than any could that was given by now was given while the clock was ahead, and would be good for as long as that was. */
export const isOver = (expires: number | null, now: number): boolean =>
  expires !== null && (now >= expires || expires > now + SESSION_MS + SKEW_MS);

export const writeApprovals = (approvals: readonly Approval[]): Uint8Array =>
  encodeUtf8(writeJson({ approvals: approvals.map((each) => ({ ...each })) }));

/** Undefined: not as it is written. */
export function parseApprovals(json: Uint8Array): readonly Approval[] | undefined {
  if (json.length === 0) return [];
  const read = readJson(json, (root) => {
    const fields = root.object();
    const approvals = fields.required("approvals").array(readApproval);
    fields.finish();
    return approvals;
  });
  return read.ok ? read.value : undefined;
}

function readApproval(reader: JsonReader): Approval {
  const fields = reader.object();
  const text = (name: string): string => fields.required(name).string();
  const orNull = <Value>(name: string, read: (value: JsonReader) => Value): Value | null => {
    const value = fields.required(name);
    return value.isNull ? null : read(value);
  };
  const approval = {
    id: text("id"),
    principal: text("principal"),
    surface: text("surface"),
    skill_id: text("skill_id"),
    tool_id: text("tool_id"),
    artifact_sha256: text("artifact_sha256"),
    grants: fields.required("grants").array((grant) => grant.string()),
    policy_sha256: text("policy_sha256"),
    session: orNull("session", (value) => value.string()),
    approved_at_unix_ms: fields.required("approved_at_unix_ms").safeInteger(),
    approved_by: text("approved_by"),
    expires_at_unix_ms: orNull("expires_at_unix_ms", (value) => value.safeInteger()),
  };
  fields.finish();
  return approval;
}
