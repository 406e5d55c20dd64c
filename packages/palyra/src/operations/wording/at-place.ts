/** Commands that are to be typed as they stand: of the state root that was named on the command line, or they would mean another. */
import { safe } from "./safe.ts";

const COMMANDS = /\bpalyra (?=(?:skills|secrets|doctor|extension)\b)/g;

/** A hint's commands with `--state-root DIR`, where it was given as that; a hint that names a state root already stays as it is. */
export function atPlace(hint: string, stateRoot: string | undefined): string {
  if (stateRoot === undefined || hint.includes("--state-root")) return hint;
  return hint.replaceAll(COMMANDS, () => `palyra --state-root ${shellWord(stateRoot)} `);
}

/** A word as a POSIX shell takes it, safe to print: one that has what is not shown as it is comes out escaped. */
export function shellWord(word: string): string {
  return safe(/^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
}
