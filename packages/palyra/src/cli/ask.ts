import { createInterface } from "node:readline";
import type { Question } from "../call.ts";
import type { Host } from "./host.ts";

/** Shows what the question is about and asks it. Only `y` or `yes` is a yes: the end of input or an interruption is a no. */
export function askPerson(
  { input, output }: NonNullable<Host["prompt"]>,
  { context, question }: Question,
  write: (lines: readonly string[]) => void,
): Promise<boolean> {
  write(["", ...context, ""]);
  const line = createInterface({ input, output, historySize: 0 });
  return new Promise((resolve) => {
    let yes = false;
    line.once("SIGINT", () => {
      output.write("\n");
      line.close();
    });
    line.once("close", () => resolve(yes));
    line.question(`${question} [y/N] `, (answer) => {
      yes = /^\s*y(es)?\s*$/i.test(answer);
      line.close();
    });
  });
}
