/** Skills that are active and whose tools nobody is offered, and why. */
import type { StartableTools } from "../../execution/index.ts";
import { verdictMissing } from "./launch-verdict.ts";

export interface LeftOut {
  /** Its id and version. */
  readonly name: string;
  readonly why: string;
}

export async function leftOutOf({ unaudited, damaged }: Omit<StartableTools, "tools">): Promise<readonly LeftOut[]> {
  const lacking = unaudited.map((entry) => ({ name: nameOf(entry), why: verdictMissing(entry) }));
  if (damaged.length === 0) return lacking;
  const { tellingOf } = await import("../wording/sentences.ts");
  const broken = damaged.map(({ entry, problem }) => {
    const { message, hint } = tellingOf(problem) ?? { message: "it cannot be opened" };
    return { name: nameOf(entry), why: hint === undefined ? message : `${message} (${hint})` };
  });
  return [...lacking, ...broken];
}

const nameOf = ({ skill_id, version }: StartableTools["unaudited"][number]): string => `${skill_id} ${version}`;
