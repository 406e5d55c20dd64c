/** What an install is refused for, told to a person. */
import type { PalyraErrorDetails } from "../../errors.ts";
import { changeInWords } from "../shared/changes.ts";
import { prose, safe } from "./safe.ts";
import type { Sentence } from "./sentence.ts";
import { withFlag } from "./typed.ts";
import { count, moment } from "./units.ts";

type Refusal =
  | "AlreadyInstalled"
  | "AuditRefused"
  | "DowngradeRefused"
  | "OwnerChangeRefused"
  | "WideningRefused"
  | "ReleaseTooFresh"
  | "VersionJumpRefused";

/** Changes that a refusal names one by one. */
const MAX_NAMED = 20;

export const INSTALL_REFUSALS: { readonly [Code in Refusal]: Sentence<PalyraErrorDetails[Code]> } = {
  AlreadyInstalled: {
    says: ({ skill_id, version }) => `${safe(skill_id)} ${safe(version)} is installed already`,
    hint: ({ skill_id, version }) =>
      `to install it anew: palyra skills remove ${safe(skill_id)} --version ${safe(version)}, then install again`,
  },
  AuditRefused: {
    says: ({ skill_id, version, reasons }) =>
      `the audit refuses ${safe(skill_id)} ${safe(version)}: ${reasons.length === 1 ? prose(reasons[0] ?? "") : `${reasons.length} checks fail`}`,
    lists: ({ reasons }) => (reasons.length === 1 ? [] : reasons.map(prose)),
    hint: () => "nothing was installed; palyra skills audit --artifact FILE --allow-untrusted shows the whole report",
  },
  DowngradeRefused: {
    says: ({ skill_id, requested, current }) =>
      `${safe(skill_id)} ${safe(requested)} is older than ${safe(current)}, which has been installed`,
    hint: (_, typed) => `if an older version is what you want: ${withFlag("--allow-downgrade", typed)}`,
  },
  OwnerChangeRefused: {
    says: ({ skill_id, owner, publisher }) =>
      `${safe(skill_id)} belongs to ${safe(owner)}, and this one is published by ${safe(publisher)}`,
    hint: (_, typed) => `if the skill really has a new owner: ${withFlag("--allow-owner-change", typed)}`,
  },
  WideningRefused: {
    says: ({ skill_id, version, from, widening }) =>
      `${safe(skill_id)} ${safe(version)} asks for more than ${safe(from.version)}, which ${from.installed ? "is" : "was"} installed: ${count(widening.length, "change")} that nobody agreed to`,
    lists: ({ widening }) => [
      ...widening.slice(0, MAX_NAMED).map(changeInWords),
      ...(widening.length > MAX_NAMED ? [`and ${widening.length - MAX_NAMED} more`] : []),
    ],
    hint: ({ skill_id, from }, typed) => {
      // With what is gone nothing can be compared.
      const diff = `palyra skills diff ${safe(skill_id)} ${typed.artifact ?? "FILE"}${typed.places} shows all that changed; `;
      return `${from.installed ? diff : ""}to accept it: ${withFlag("--accept-widening", typed)}`;
    },
  },
  ReleaseTooFresh: {
    says: ({ skill_id, version, first_seen_at_unix_ms: seen, allowed_from_unix_ms: from }) =>
      `${safe(skill_id)} ${safe(version)} is too fresh for the policy: ${seen === null ? "it was never here before" : `first seen here ${moment(seen)}`}, and may be installed from ${moment(from)}`,
    hint: ({ first_seen_at_unix_ms: seen }) =>
      seen === null
        ? "its time begins with the first install that is tried; release_cooldown_hours of the audit policy says how long it is"
        : "try again then; release_cooldown_hours of the audit policy says how long it is",
  },
  VersionJumpRefused: {
    says: ({ skill_id, version, current, jump, limit }) =>
      `${safe(skill_id)} ${safe(version)} is ${jump} steps from ${safe(current)}, which was installed last; the policy allows ${limit}`,
    hint: () => "install a version between them first, or change max_version_jump of the audit policy",
  },
};
