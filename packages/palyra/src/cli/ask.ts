import { createInterface } from "node:readline";
import type { Question } from "../call.ts";
import type { Host } from "./host.ts";
import type { Paint } from "./text/paint.ts";

const CHOICE = "[y/N]";

/**
 * Shows what the question is about and asks it. Only `y` or `yes` is a yes, the end of input is a no; undefined where the
 * person pressed Ctrl-C, which is neither.
 */
export function askPerson(
  { input, output }: NonNullable<Host["prompt"]>,
  { context, question }: Question,
  {
    write,
    paint,
    fold,
  }: {
    readonly write: (lines: readonly string[]) => void;
    readonly paint: Paint;
    /** A line as several where the terminal is narrower. */
    readonly fold: (line: string) => readonly string[];
  },
): Promise<boolean | undefined> {
  const asked = fold(`${question} ${CHOICE}`).map((each) => each.trimEnd());
  const last = asked.at(-1) ?? CHOICE;
  write(["", ...context, "", ...asked.slice(0, -1).map((each) => paint.strong(each))]);
  const line = createInterface({ input, output, historySize: 0 });
  return new Promise((resolve) => {
    let given: string | undefined;
    line.once("SIGINT", () => {
      resolve(undefined);
      line.close();
    });
    line.once("close", () => {
      // What is said next begins a line of its own.
      if (given === undefined) output.write("\n");
      resolve(given !== undefined && /^\s*y(es)?\s*$/i.test(given));
    });
    line.question(`${paint.strong(last.slice(0, -CHOICE.length))}${paint.faint(CHOICE)} `, (answer) => {
      given = answer;
      line.close();
    });
  });
}
