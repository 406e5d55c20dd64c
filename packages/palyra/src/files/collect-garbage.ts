import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Collects all garbage now. For the end of what is freed by that alone; it takes as long as the heap is large. */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  try {
    // The function is there in contexts that are made from now on.
    runInNewContext("gc")();
  } finally {
    setFlagsFromString("--no-expose-gc");
  }
}
