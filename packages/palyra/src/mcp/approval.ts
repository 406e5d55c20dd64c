/**
 * The question that MCP puts to the person behind a client (spec 10.5, 10.6). Its text is the host's own; what a stranger or a model wrote
 * stands in it quoted and bounded. Whatever is answered counts for this one call (T28, T44).
 */
import { type InputRequiredResult, inputRequired, inputResponse } from "@modelcontextprotocol/server";
import { shownInput } from "../operations/shared/shown-input.ts";
import type { HostedTool, ToolAnswer } from "./tool-host.ts";

/** Under which name the client sends the answer back. */
const KEY = "approval";
const ALLOW = "allow once";
const DENY = "deny";
/** Code points of the arguments that a person is shown. */
const MAX_SHOWN_ARGUMENTS = 600;

/** What comes back with the answer, sealed. */
export interface AskedState {
  readonly tool: string;
  readonly basis: string;
  /** Of `OpenQuestions`. */
  readonly question: string;
}

export type Asked = Pick<Extract<ToolAnswer, { readonly kind: "asks" }>, "reasons" | "allowance">;
export type Answered = "allowed" | "denied" | "unanswered";

export function questionFor(tool: HostedTool, input: string, asked: Asked, requestState: string): InputRequiredResult {
  return inputRequired({
    inputRequests: {
      [KEY]: inputRequired.elicit({
        mode: "form",
        message: questionText(tool, input, asked),
        requestedSchema: {
          type: "object",
          properties: { decision: { type: "string", title: "Decision", enum: [ALLOW, DENY] } },
          required: ["decision"],
        },
      }),
    },
    requestState,
  });
}

/** Only the very word counts: a client that fills in a form by itself fills in no consent. */
export function answerIn(responses: Record<string, unknown> | undefined): Answered {
  const view = inputResponse(responses, KEY);
  if (view.kind !== "elicit") return "unanswered";
  return view.action === "accept" && view.content?.["decision"] === ALLOW ? "allowed" : "denied";
}

function questionText(tool: HostedTool, input: string, { reasons, allowance }: Asked): string {
  const lines = [
    `May ${tool.id} run once? It belongs to the skill ${tool.skillId} ${tool.version} of the publisher ${tool.publisher}.`,
    "",
    ...allowance,
    ...(tool.uses.sensitive ? ["its publisher calls it sensitive"] : []),
    ...reasons.map((reason) => `it needs an answer because of: ${reason}`),
    "",
    `Arguments, as the client gave them: ${argumentsText(input)}`,
  ];
  return lines.join("\n");
}

function argumentsText(input: string): string {
  const { text, note } = shownInput(Buffer.from(input), MAX_SHOWN_ARGUMENTS);
  return note === undefined ? `"${text}"` : `"${text}" (${note})`;
}
