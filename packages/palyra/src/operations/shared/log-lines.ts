import type { Call } from "../../call.ts";
import { safe } from "../wording/safe.ts";

/** What a tool logs, as it comes. */
export interface LogLines {
  readonly take: (text: string) => void;
  /** What has no end of a line is a line, too. */
  readonly end: () => void;
}

/** A tab moves nothing but what follows it: it is blanks, and all else that is not shown as it is stays what `safe` makes of it. */
const TAB = "    ";

/** Writes of any size as lines; a stranger's, not yet escaped. */
export function joinLines(tell: (line: string) => void): LogLines {
  let rest = "";
  const tellLine = (line: string): void => tell(line.replaceAll("\t", TAB));
  return {
    take: (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) tellLine(line);
    },
    end: () => {
      if (rest !== "") tellLine(rest);
      rest = "";
    },
  };
}

/** A stranger's lines as they come, each as a log's: escaped, and told whose they are (T20, T44). */
export const logLines = (call: Call): LogLines => joinLines((line) => call.tell?.([`log: ${safe(line)}`]));
