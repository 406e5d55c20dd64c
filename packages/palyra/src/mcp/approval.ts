/**
 * The question that MCP puts to the person behind a client (spec 10.5, 10.6). Its text is the host's own; what a stranger or a model wrote
 * stands in it quoted and bounded. Whatever is answered counts for this one call (T28, T44).
 */
import { type InputRequiredResult, inputRequired, inputResponse } from "@modelcontextprotocol/server";
import { quoted } from "../operations/wording/safe.ts";
import type { HostedTool } from "./tool-host.ts";

/** Under which name the client sends the answer back. */
const KEY = "approval";
const ALLOW = "allow once";
const DENY = "deny";
/** Code points of the arguments that a person is shown; a longer text is shown by its beginning, and said to be longer. */
const MAX_SHOWN_ARGUMENTS = 600;

/** What comes back with the answer, sealed. */
export interface AskedState {
  readonly tool: string;
  readonly basis: string;
  /** Of `OpenQuestions`. */
  readonly question: string;
}

export type Answered = "allowed" | "denied" | "unanswered";

export function questionFor(
  tool: HostedTool,
  input: string,
  reasons: readonly string[],
  requestState: string,
): InputRequiredResult {
  return inputRequired({
    inputRequests: {
      [KEY]: inputRequired.elicit({
        mode: "form",
        message: questionText(tool, input, reasons),
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

export function questionText(tool: HostedTool, input: string, reasons: readonly string[]): string {
  const { uses } = tool;
  const lines = [
    `May ${tool.id} run once? It belongs to the skill ${tool.skillId} ${tool.version} of the publisher ${tool.publisher}.`,
    "",
    ...capabilityLines(uses),
    ...reasons.map((reason) => `It needs an answer because of: ${reason}`),
    "",
    `Arguments, as the client gave them: ${argumentsText(input)}`,
  ];
  return lines.join("\n");
}

function capabilityLines({ hosts, secrets, readRoots, writeRoots, sensitive }: HostedTool["uses"]): string[] {
  const may = (what: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`It may ${what}: ${names.map((name) => quoted(name)).join(", ")}`];
  const lines = [
    ...may("speak with", hosts),
    ...may("use the secrets", secrets),
    ...may("read the folders", readRoots),
    ...may("write the folders", writeRoots),
    ...(sensitive ? ["Its publisher calls it sensitive."] : []),
  ];
  return lines.length === 0 ? ["It may use nothing beyond its arguments."] : lines;
}

function argumentsText(input: string): string {
  const shown = quoted(input, MAX_SHOWN_ARGUMENTS);
  return input.length <= MAX_SHOWN_ARGUMENTS ? shown : `${shown} (the beginning of ${input.length} characters)`;
}
