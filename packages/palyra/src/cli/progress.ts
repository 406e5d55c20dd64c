import { safe } from "../operations/wording/safe.ts";
import type { Output } from "./host.ts";

/** Milliseconds after which somebody who waits is told what for (spec 6.5). */
export const PATIENCE_MS = 500;
const FRAME_MS = 90;
const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

export interface Progress {
  say(label: string): void;
  /** Takes the line away; it comes back with the next label. */
  pause(): void;
}

/** A line on a terminal's stderr that says what takes so long; nothing anywhere else. */
export function startProgress(stderr: Output, plain: boolean): Progress {
  if (!stderr.terminal) return { say: () => {}, pause: () => {} };
  let label = "";
  let timer: NodeJS.Timeout | undefined;
  let drawn = false;
  let frame = 0;
  const draw = (): void => {
    if (plain) {
      if (!drawn) stderr.write(`${label} ...\n`);
      drawn = true;
      return;
    }
    drawn = true;
    stderr.write(`\r\x1b[2K${FRAMES[frame++ % FRAMES.length] ?? ""} ${label}`);
    timer = setTimeout(draw, FRAME_MS);
    timer.unref();
  };
  return {
    say: (next) => {
      // One line of the window: two would not be taken away again.
      label = safe(next, Math.min(stderr.columns ?? Number.POSITIVE_INFINITY, 80) - 4);
      if (timer !== undefined) return;
      timer = setTimeout(draw, PATIENCE_MS);
      timer.unref();
    },
    pause: () => {
      clearTimeout(timer);
      timer = undefined;
      if (drawn && !plain) stderr.write("\r\x1b[2K");
      drawn = false;
    },
  };
}
