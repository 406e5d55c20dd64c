/** Fields of the operations that are about launches. */
import type { ErrorCode } from "palyra-skills";
import * as v from "valibot";
import type { PalyraErrorCode } from "../../errors.ts";
import { choice, text } from "../field.ts";
import { VERIFY_ERRORS } from "./errors.ts";

export const toolName = text("TOOL", "The tool's id, or the id of a skill that has one tool");

export const SURFACES = ["terminal", "api", "mcp", "library"] as const;
export type Surface = (typeof SURFACES)[number];
export const surface = v.optional(
  choice(SURFACES, "SURFACE", "By which way it is asked for (by api nothing is asked for yet)"),
  "terminal",
);
export const ofSkill = v.optional(text("SKILL", "The skill that has it, where several may be meant"));

/** What finding a tool and deciding about its launch may end with. */
export const LAUNCH_ERRORS = [
  "UnknownTool",
  "AmbiguousTool",
  "NotInstalled",
  "NotEligible",
  "ArtifactDigestMismatch",
  "IndexInvalid",
  "JournalUnavailable",
  "JournalChainBroken",
  "VerdictMissing",
  "EngineUnsupported",
  "PolicyInvalid",
  "AuthorizationRecordInvalid",
  "VexInvalid",
  "LockTimeout",
  ...VERIFY_ERRORS,
] as const satisfies readonly (ErrorCode | PalyraErrorCode)[];
