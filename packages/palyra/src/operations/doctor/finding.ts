import { PalyraError } from "../../errors.ts";
import { tellingOf } from "../wording/sentences.ts";

/** One thing that was looked at, and how it stands. */
export interface Finding {
  /** What was looked at, as a word that stays: `vault`, `status_rows`. */
  readonly id: string;
  readonly level: "ok" | "warning" | "problem";
  /** How it stands, in one sentence. */
  readonly message: string;
  /** A file or folder, or a skill; null where it is about none. */
  readonly where: string | null;
  /** What a person does about it, a command where there is one; null where there is nothing to do. */
  readonly advice: string | null;
  /** `--fix` does it. */
  readonly fixable: boolean;
}

export const ok = (id: string, message: string, where: string | null = null): Finding => ({
  id,
  level: "ok",
  message,
  where,
  advice: null,
  fixable: false,
});

export const warning = (id: string, message: string, more: Partial<Finding> = {}): Finding => ({
  ...ok(id, message),
  level: "warning",
  ...more,
});

export const problem = (id: string, message: string, more: Partial<Finding> = {}): Finding => ({
  ...ok(id, message),
  level: "problem",
  ...more,
});

/** `--fix` does it; until then its own name is the advice. */
export const FIX = { fixable: true, advice: "palyra doctor --fix" } as const;

/** What hangs on the vault is looked at when that opens. */
export const VAULT_FIRST = { advice: "first what is said of the vault; then palyra doctor again" } as const;

/** An error of ours as a finding: what cannot be looked at is a problem, and nothing else is kept from being looked at. */
export function findingOf(id: string, error: unknown, where: string | null = null): Finding {
  const telling = tellingOf(error);
  if (telling === undefined) throw error;
  const needs = error instanceof PalyraError && "needs" in error.details ? error.details.needs : undefined;
  const locked = needs === "passphrase" || needs === "keychain";
  return (locked ? warning : problem)(id, telling.message, { where, advice: telling.hint ?? null });
}

/** Findings of one kind, at most so many listed one by one. */
export function bounded(findings: readonly Finding[], limit = MAX_LISTED): readonly Finding[] {
  const [last] = findings.slice(-1);
  if (findings.length <= limit || last === undefined) return findings;
  const rest = findings.length - limit;
  return [...findings.slice(0, limit), { ...last, message: `and ${rest} more of this kind`, where: null }];
}

const MAX_LISTED = 20;
