/**
 * Two texts, word by word: what stayed, what went, what came. For people; no decision rests on it.
 */
export interface Segment {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Cells of the table of a comparison: 4 MB. Texts that need more are compared by lines, or as wholes. */
const MAX_CELLS = 4_000_000;

/** Words, runs of blanks, and any other character by itself: one that nobody sees is a difference like others. */
const WORDS = /[\p{L}\p{M}\p{N}_]+|[ \t]+|\r?\n|[\s\S]/gu;
const LINES = /[^\n]*\n|[^\n]+/g;

/** `same` and `removed` together are the old text, `same` and `added` the new one. */
export function diffWords(before: string, after: string): readonly Segment[] {
  if (before === after) return before === "" ? [] : [{ kind: "same", text: before }];
  return by(WORDS, before, after) ?? by(LINES, before, after) ?? joined([...gone([before]), ...come([after])]);
}

function by(unit: RegExp, before: string, after: string): readonly Segment[] | undefined {
  const [old, next] = [before.match(unit) ?? [], after.match(unit) ?? []];
  const least = Math.min(old.length, next.length);
  let head = 0;
  while (head < least && old[head] === next[head]) head += 1;
  let tail = 0;
  while (tail < least - head && old[old.length - 1 - tail] === next[next.length - 1 - tail]) tail += 1;
  const [oldMiddle, nextMiddle] = [old.slice(head, old.length - tail), next.slice(head, next.length - tail)];
  if ((oldMiddle.length + 1) * (nextMiddle.length + 1) > MAX_CELLS) return undefined;
  const same = (texts: readonly string[]): Segment[] => texts.map((text) => ({ kind: "same", text }));
  return joined([...same(old.slice(0, head)), ...between(oldMiddle, nextMiddle), ...same(old.slice(old.length - tail))]);
}

/** By the longest common subsequence. */
function between(old: readonly string[], next: readonly string[]): Segment[] {
  const width = next.length + 1;
  const longest = new Uint16Array((old.length + 1) * width);
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = next.length - 1; column >= 0; column -= 1) {
      const at = row * width + column;
      longest[at] =
        old[row] === next[column]
          ? Math.min(0xffff, (longest[at + width + 1] ?? 0) + 1)
          : Math.max(longest[at + width] ?? 0, longest[at + 1] ?? 0);
    }
  }
  const segments: Segment[] = [];
  let [row, column] = [0, 0];
  while (row < old.length && column < next.length) {
    const [was, is] = [old[row] ?? "", next[column] ?? ""];
    const at = row * width + column;
    if (was === is) {
      segments.push({ kind: "same", text: was });
      row += 1;
      column += 1;
    } else if ((longest[at + width] ?? 0) >= (longest[at + 1] ?? 0)) {
      segments.push({ kind: "removed", text: was });
      row += 1;
    } else {
      segments.push({ kind: "added", text: is });
      column += 1;
    }
  }
  return [...segments, ...gone(old.slice(row)), ...come(next.slice(column))];
}

const gone = (texts: readonly string[]): Segment[] => texts.map((text) => ({ kind: "removed", text }));
const come = (texts: readonly string[]): Segment[] => texts.map((text) => ({ kind: "added", text }));

/** Neighbours of one kind as one; of what changed in one place, what went before what came. */
function joined(segments: readonly Segment[]): readonly Segment[] {
  const result: Segment[] = [];
  let [removed, added] = ["", ""];
  const flush = (): void => {
    if (removed !== "") result.push({ kind: "removed", text: removed });
    if (added !== "") result.push({ kind: "added", text: added });
    [removed, added] = ["", ""];
  };
  for (const { kind, text } of segments) {
    if (kind === "removed") removed += text;
    else if (kind === "added") added += text;
    else {
      flush();
      const last = result.at(-1);
      if (last?.kind === "same") result[result.length - 1] = { kind, text: last.text + text };
      else result.push({ kind, text });
    }
  }
  flush();
  return result;
}
