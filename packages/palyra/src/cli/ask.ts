import type { Question } from "../call.ts";
import type { Host } from "./host.ts";

/** Shows what the question is about and asks it; no answer is a no. */
export async function askPerson(
  prompt: NonNullable<Host["prompt"]>,
  question: Question,
  write: (lines: readonly string[]) => void,
): Promise<boolean> {
  const { confirm, isCancel } = await import("@clack/prompts");
  write(["", ...question.context, ""]);
  const answer = await confirm({ message: question.question, initialValue: false, ...prompt });
  return !isCancel(answer) && answer;
}
