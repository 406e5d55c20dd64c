import type { Pattern } from "./english.ts";
import { expand, type WordLists } from "./pattern.ts";

/** What a person would have to work out: which orders are looked for in disguise. */
const DISGUISED: ReadonlySet<string> = new Set(["override", "concealment"]);

/** The same patterns with each letter 13 further (rot13), and written backwards: word by word, or the whole. Costs a text nothing. */
export function disguisesOf(patterns: readonly Pattern[], lists: WordLists): readonly Pattern[] {
  return patterns.flatMap((pattern) => {
    if (pattern.status !== "fail" || !DISGUISED.has(pattern.code)) return [];
    const steps = stepsOf(pattern.words, lists);
    const [last] = steps.slice(-1);
    const backwards = steps.map((step) => ({ ...step, words: step.words.flatMap(turned) }));
    const made = [written(steps.map((step) => ({ ...step, words: step.words.map(rot13) }))), written(backwards)];
    if (last?.mark === "" && steps.every(({ mark }) => mark !== "!")) made.push(written(mirrored(backwards)));
    return made.map((words) => ({ ...pattern, words }));
  });
}

interface Part {
  readonly gap: number;
  readonly words: readonly string[];
  readonly mark: "" | "?" | "!";
}

function stepsOf(source: string, lists: WordLists): readonly Part[] {
  const steps: Part[] = [];
  let gap = 0;
  for (const part of source.trim().split(/\s+/)) {
    if (part.startsWith("~")) {
      gap = Number(part.slice(1));
      continue;
    }
    const mark = part.startsWith("!") ? "!" : part.endsWith("?") ? "?" : "";
    steps.push({ gap, mark, words: expand(part.replace(/^!|\?$/g, ""), lists) });
    gap = 0;
  }
  return steps;
}

const written = (steps: readonly Part[]): string =>
  steps
    .map(
      ({ gap, words, mark }) =>
        `${gap > 0 ? `~${gap} ` : ""}${mark === "!" ? "!" : ""}${words.join("|")}${mark === "?" ? "?" : ""}`,
    )
    .join(" ");

const mirrored = (steps: readonly Part[]): readonly Part[] =>
  steps
    .map((step, index) => ({
      ...step,
      gap: steps[index + 1]?.gap ?? 0,
      words: step.words.map((word) => word.split("_").toReversed().join("_")),
    }))
    .toReversed();

const rot13 = (word: string): string =>
  word.startsWith("<")
    ? word
    : word.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 0x61 + 13) % 26) + 0x61));

/** Of a beginning of words, the word alone and its plural. */
function turned(word: string): readonly string[] {
  if (word.startsWith("<")) return [word];
  const plain = word.replace("*", "");
  const turn = (each: string): string =>
    each
      .split("_")
      .map((part) => Array.from(part).toReversed().join(""))
      .join("_");
  return plain === word ? [turn(word)] : [turn(plain), turn(`${plain}s`)];
}
