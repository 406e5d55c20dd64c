/** What the daemon's thread and the one that audits say to each other. Both are of one build: nothing here is a format. */
import { type ErrorCode, type ErrorDetails, SkillError } from "palyra-skills";
import { PalyraError, type PalyraErrorCode, type PalyraErrorDetails } from "../errors.ts";
import type { FailedSkill, PassSummary } from "../lifecycle/index.ts";
import type { AuditDocument } from "../operations/skills/audit.ts";
import type { Environment, SettingsOptions } from "../settings.ts";
import type { AuditRequest, Caller } from "./auditor.ts";
import type { Told } from "./suspects.ts";

/** What the thread is started with. */
export interface AuditorData {
  readonly options: SettingsOptions;
  readonly env: Environment;
}

export type Ask =
  | ({ readonly do: "pass"; readonly id: number } & Told)
  | { readonly do: "audit"; readonly id: number; readonly request: AuditRequest; readonly caller: Caller }
  /** No more comes. */
  | { readonly do: "close" };

export type Tell =
  | { readonly of: "pass"; readonly id: number; readonly summary: PassSummary }
  | { readonly of: "audit"; readonly id: number; readonly document: AuditDocument }
  | { readonly of: "failure"; readonly id: number; readonly failure: Failure }
  | { readonly of: "warning"; readonly text: string }
  /** The pass begins to parse this skill; undefined: it is done with it. */
  | { readonly of: "turn"; readonly subject: string | undefined }
  /** The pass has quarantined this one. */
  | { readonly of: "stopped"; readonly failed: FailedSkill };

/** An error between threads: its class does not come along by itself. */
export type Failure =
  | { readonly kind: "skill"; readonly code: ErrorCode; readonly details: ErrorDetails[ErrorCode] }
  | { readonly kind: "palyra"; readonly code: PalyraErrorCode; readonly details: PalyraErrorDetails[PalyraErrorCode] }
  | { readonly kind: "other"; readonly name: string; readonly message: string };

export function failureOf(error: unknown): Failure {
  if (error instanceof SkillError) return { kind: "skill", code: error.code, details: error.details };
  if (error instanceof PalyraError) return { kind: "palyra", code: error.code, details: error.details };
  return error instanceof Error
    ? { kind: "other", name: error.name, message: error.message }
    : { kind: "other", name: "Error", message: String(error) };
}

export function errorOf(failure: Failure): Error {
  switch (failure.kind) {
    case "skill":
      return new SkillError(failure.code, failure.details);
    case "palyra":
      return new PalyraError(failure.code, failure.details);
    case "other":
      return Object.assign(new Error(failure.message), { name: failure.name });
  }
}
