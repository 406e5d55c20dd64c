import type { Call } from "../../call.ts";
import { safe } from "../wording/safe.ts";

/** A stranger's lines as they come, each as a log's: escaped, and told whose they are (T20, T44). */
export function logLines(call: Call): { readonly take: (text: string) => void; readonly end: () => void } {
  let rest = "";
  const tell = (line: string): void => call.tell?.([`log: ${safe(line)}`]);
  return {
    take: (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) tell(line);
    },
    end: () => {
      if (rest !== "") tell(rest);
      rest = "";
    },
  };
}
