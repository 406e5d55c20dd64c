import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import type { Question } from "../call.ts";
import type { Host } from "./host.ts";
import type { Paint } from "./text/paint.ts";

/**
 * Shows what the question is about and asks it. Only `y` or `yes` is a yes, the end of input is a no; undefined where the
 * person pressed Ctrl-C, which is neither.
 */
export function askPerson(
  { input, output }: NonNullable<Host["prompt"]>,
  { context, question }: Question,
  { write, paint }: { readonly write: (lines: readonly string[]) => void; readonly paint: Paint },
): Promise<boolean | undefined> {
  write(["", ...context, ""]);
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
    line.question(`${paint.strong(question)} ${paint.faint("[y/N]")} `, (answer) => {
      given = answer;
      line.close();
    });
  });
}

/**
 * Asks for what is not to be seen: nothing that is typed is shown, not even how much. Empty where nothing was typed, or input ended;
 * undefined where the person pressed Ctrl-C.
 */
export function askHidden(
  { input, output }: NonNullable<Host["prompt"]>,
  label: string,
  paint: Paint,
): Promise<string | undefined> {
  output.write(`${paint.strong(label)} ${paint.faint("(not shown)")}: `);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  // A terminal to it, so that it turns the echo off; what it would echo itself goes nowhere.
  const line = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  return new Promise((resolve) => {
    let given: string | undefined = "";
    line.once("SIGINT", () => {
      given = undefined;
      line.close();
    });
    line.once("line", (answer) => {
      given = answer;
      line.close();
    });
    line.once("close", () => {
      output.write("\n");
      resolve(given);
    });
  });
}
