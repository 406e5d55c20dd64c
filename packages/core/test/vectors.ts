import { readFileSync } from "node:fs";
import { shared } from "../../../testing/shared.ts";

/** A JSON file below `../shared`, in the shape that its README gives it. */
export function vectorsOf<T>(...parts: string[]): T {
  const vectors: T = JSON.parse(readFileSync(shared(...parts), "utf8"));
  return vectors;
}

/** What `action` throws, or what it returns: to be held against `toHaveCode`. */
export function outcomeOf(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
