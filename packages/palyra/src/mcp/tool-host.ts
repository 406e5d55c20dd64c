/** What the MCP server needs of whatever runs tools; compose.ts fills it. */
import type { JsonObject } from "palyra-skills/encoding";
import type { ShownTool } from "../operations/shared/tool-shapes.ts";
import type { NameKind } from "./names.ts";

/** One tool of a skill that may run now (spec 10.6). Its words are a stranger's. */
export type HostedTool = ShownTool;

export interface ToolCall {
  readonly tool: string;
  /** Of which kind that name is; no other is taken for it (T27). */
  readonly names: NameKind;
  /** The arguments, as the text of one JSON object. */
  readonly input: string;
  /** One connection of a client. */
  readonly session: string;
  /** With whose calls this one is counted: those of a session, or of one program where there is none. */
  readonly client: string;
  readonly principal: string;
  /** A person's answer to what `asks` said, for this one call. */
  readonly approval?: { readonly basis: string };
  readonly signal: AbortSignal;
  readonly onStep: (step: ToolStep) => void;
  /** What the tool writes to stderr, as it does. */
  readonly onLog: (text: string) => void;
}

export type ToolStep = "authorized" | "prepared" | "started";

export type ToolAnswer =
  /** `output`: one JSON value, as the tool wrote it, and as JavaScript reads it. */
  | { readonly kind: "ok"; readonly output: string; readonly value: unknown; readonly ran: Ran }
  /** It started, or was about to, and came to another end (spec 10.1). `message` is a sentence of ours. */
  | {
      readonly kind: "failed";
      readonly outcome: string;
      readonly message: string;
      readonly details: JsonObject;
      readonly ran?: Ran;
    }
  /** It may not start. `code` is an error code of this package. */
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  /** A person must answer first. `basis` binds the answer to what was asked (T28). */
  | {
      readonly kind: "asks";
      readonly skillId: string;
      readonly version: string;
      readonly basis: string;
      /** Allows the tool ahead of time, on a terminal, as it is to be typed. */
      readonly command: string;
      readonly reasons: readonly string[];
      /** What it may use and spend, as the launch was decided, a line each; safe to show. */
      readonly allowance: readonly string[];
    };

/** Which skill ran, and where its receipt is. */
export interface Ran {
  readonly skillId: string;
  readonly version: string;
  readonly artifactSha256: string;
  readonly receipt?: string;
  readonly usage: JsonObject;
}

export interface ToolHost {
  list(): Promise<readonly HostedTool[]>;
  call(call: ToolCall): Promise<ToolAnswer>;
  /** Calls `listener` when `list` may answer something else, whoever changed it; the result ends that. */
  onChange(listener: () => void): () => void;
}
