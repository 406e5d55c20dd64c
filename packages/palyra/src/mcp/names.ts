/**
 * By which names a client lists and calls tools: their ids (spec 10.6), or those that the APIs of models take. Many clients hand a name on as it is, and an
 * API that takes no dots then refuses all tools of the request.
 */
import type { ShownTool } from "../operations/shared/tool-shapes.ts";

export const NAME_KINDS = ["id", "model"] as const;
export type NameKind = (typeof NAME_KINDS)[number];

/** Of the address that a client asks at. */
const PARAMETER = "names";

export const nameOf = ({ id, modelName }: Pick<ShownTool, "id" | "modelName">, names: NameKind): string =>
  names === "model" ? modelName : id;

/** Which a client over HTTP wants; undefined: it says something else. */
export function namesAskedFor(url: string): NameKind | undefined {
  const asked = new URL(url).searchParams.getAll(PARAMETER);
  return asked.length === 0 ? "id" : NAME_KINDS.find((names) => asked.every((each) => each === names));
}
