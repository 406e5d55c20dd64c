/** Changes line by line, texts word by word: for views, and for what a person is asked. All of it is safe for a terminal (T20). */
import { type Change, diffWords, type Segment } from "palyra-skills/diff";
import { safe } from "../wording/safe.ts";
import { grouped } from "../wording/units.ts";
import { changeInWords } from "./changes.ts";

/** How what came and what went is painted; after it was made safe. */
export interface Marks {
  good(text: string): string;
  bad(text: string): string;
}
const UNMARKED: Marks = { good: (text) => text, bad: (text) => text };

/** A change in lines: one, or of a text that people or models read its words as a difference. */
export function changeLines(change: Change, paint: Marks = UNMARKED): string[] {
  const { kind, path, before, after } = change;
  if (typeof before === "string" && typeof after === "string" && isText(before, after))
    return [`  ~ ${safe(path)}`, ...wordLines(diffWords(before, after), paint).map((line) => `      ${line}`)];
  const line = `${SIGNS[kind]} ${lineOf(change)}`;
  return [`  ${kind === "added" ? paint.good(line) : kind === "removed" ? paint.bad(line) : line}`];
}

const SIGNS = { added: "+", removed: "-", changed: "~" } as const;

/** A member of a list has its list's path before it; a tool that is new or gone its description behind it. */
function lineOf(change: Change): string {
  const words = changeInWords(change);
  const value: unknown = change.after ?? change.before;
  if (change.area === "tools" && change.kind !== "changed" && words.startsWith("tool: "))
    return `${words}  ${descriptionOf(value)}`;
  return words;
}

function descriptionOf(tool: unknown): string {
  if (typeof tool !== "object" || tool === null || !("description" in tool)) return "";
  return safe(String(tool.description));
}

/** What is written for people and models; a version, a digest or a path has its two forms beside each other. */
const isText = (before: string, after: string): boolean => /\s/.test(before) || /\s/.test(after);

/** Characters that stay beside what changed, where much stays. */
const CONTEXT = 60;

/** Characters that are shown of what came or went in one place. */
const MAX_CHANGED = 20_000;

/** A word diff as `git` prints it: `[-gone-]`, `{+come+}`; what nobody can see is shown by its number (T20). */
function wordLines(segments: readonly Segment[], paint: Marks): string[] {
  const marked = segments.map(({ kind, text }, at) => {
    if (kind === "same") return lines(inContext(text, at === 0, at === segments.length - 1), (line) => line);
    return lines(bounded(text), (line) => (kind === "added" ? paint.good(`{+${line}+}`) : paint.bad(`[-${line}-]`)));
  });
  return marked.join("").split("\n");
}

/** Line by line, so that a mark never goes over an end of line. */
function lines(text: string, mark: (line: string) => string): string {
  const shown = text.split("\n").map((line) => safe(line, Number.POSITIVE_INFINITY));
  return shown.map((line) => (line === "" ? "" : mark(line))).join("\n");
}

/** Never silently: what is hidden at the end of a long text is what it is long for. */
function bounded(text: string): string {
  if (text.length <= MAX_CHANGED) return text;
  const shown = [...text.slice(0, MAX_CHANGED)].slice(0, -1).join("");
  return `${shown} … and ${grouped(text.length - shown.length)} more characters, which --json shows`;
}

function inContext(text: string, first: boolean, last: boolean): string {
  const characters = [...text];
  if (characters.length <= 2 * CONTEXT) return text;
  const head = first ? "" : characters.slice(0, CONTEXT).join("");
  const tail = last ? "" : characters.slice(-CONTEXT).join("");
  return `${head} … ${tail}`;
}
