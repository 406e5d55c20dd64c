/** What an error of this package means, for a person who reads a program's log: the sentences of the command line, loaded by the first that asks. */
import { SkillError } from "palyra-skills";
import { PalyraError } from "../errors.ts";

export interface ErrorExplanation {
  readonly code: string;
  /** One sentence without a full stop: what failed, and why. */
  readonly message: string;
  /** What to do; commands in it are to be typed as they stand. */
  readonly hint: string | undefined;
  /** The lines that a command prints on stderr: the sentence, each place that is at fault, the hint. */
  readonly text: string;
}

/**
 * What `palyra` would say of an error that `openHost`, an operation or core threw; undefined for any other. A stranger's words in it are escaped and
 * bounded; there is no stack in it, and no value of a secret.
 * @param where the state root that was opened, where it is not the default: commands in the hint name it then
 */
export async function explainError(
  error: unknown,
  where: { readonly stateRoot?: string | undefined } = {},
): Promise<ErrorExplanation | undefined> {
  if (!(error instanceof PalyraError || error instanceof SkillError)) return undefined;
  const [{ errorLines, tell }, { plain }, { shellWord }] = await Promise.all([
    import("../cli/report-error.ts"),
    import("../cli/text/paint.ts"),
    import("../operations/wording/at-place.ts"),
  ]);
  const { stateRoot } = where;
  const places = stateRoot === undefined ? "" : ` --state-root ${shellWord(stateRoot)}`;
  const told = tell(error, { options: [], places, stateRoot });
  const { code, message, hint } = told;
  return { code, message, hint, text: errorLines(told, plain).join("\n") };
}
