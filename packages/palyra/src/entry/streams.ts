import { standardOutput } from "./output.ts";

export const stdout = standardOutput(
  1,
  () => process.stdout,
  async (error) => (await import("./lost-output.ts")).tellLostOutput(error, stderr),
);
/** There is nowhere left to say that it is lost. */
export const stderr = standardOutput(
  2,
  () => process.stderr,
  () => {},
);
