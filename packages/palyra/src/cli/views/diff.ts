import { type Area, type Change, diffWords, isModelText, type Segment } from "palyra-skills/diff";
import type { Outputs } from "../../operations/catalog.ts";
import { changeInWords } from "../../operations/shared/changes.ts";
import type { DiffSide } from "../../operations/skills/diff.ts";
import { safe } from "../../operations/wording/safe.ts";
import { count } from "../../operations/wording/units.ts";
import { fields } from "../text/layout.ts";
import type { Paint } from "../text/paint.ts";
import type { View } from "./view.ts";

export const diffView: View<Outputs["skills diff"]> = ({ old, new: next, same, changes, widening }, paint) => [
  ...fields(
    [
      ["old", sideInWords(old)],
      ["new", sideInWords(next)],
    ],
    paint,
  ),
  "",
  ...(same
    ? ["Nothing differs."]
    : [...wideningLines(widening, paint), ...wordsNotice(changes, paint), ...areaLines(changes, paint)]),
];

function sideInWords(side: DiffSide): string {
  const place = side.source === "installed" ? "installed" : safe(side.reference);
  return `${safe(side.skill_id)} ${safe(side.version)}, ${place}, signed with ${safe(side.signature_key_id)}: the signature holds`;
}

function wideningLines(widening: readonly Change[], paint: Paint): string[] {
  if (widening.length === 0) return ["It asks for nothing more than before."];
  return [
    paint.warning(
      `It asks for more than before: ${count(widening.length, "change")} that ${widening.length === 1 ? "needs" : "need"} a new consent`,
    ),
    ...widening.map((change) => `  ${paint.warning("!")} ${changeInWords(change)}`),
  ];
}

/** Words are no grant, and a model obeys them all the same: they must not be overlooked (spec 9.2). */
function wordsNotice(changes: readonly Change[], paint: Paint): string[] {
  const words = changes.filter(({ path }) => isModelText(path)).length;
  return words === 0 ? [] : [paint.warning(`What a model reads changed in ${count(words, "place")}: see Tools`)];
}

const TITLES: { readonly [area in Area]: string } = {
  identity: "Identity",
  tools: "Tools",
  capabilities: "Capabilities",
  quotas: "Quotas",
  operator: "For operators",
  compat: "Compatibility",
  builder: "Builder",
  imports: "Imports",
  exports: "Exports",
  files: "Files",
  sbom: "SBOM components",
  provenance: "Provenance",
};

function areaLines(changes: readonly Change[], paint: Paint): string[] {
  // With --widening all of them are listed already.
  if (changes.every(({ widening }) => widening)) return [];
  const areas = [...new Set(changes.map(({ area }) => area))];
  return areas.flatMap((area) => [
    "",
    paint.strong(TITLES[area]),
    ...changes.filter((change) => change.area === area).flatMap((change) => changeLines(change, paint)),
  ]);
}

function changeLines(change: Change, paint: Paint): string[] {
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

/** A word diff as `git` prints it: `[-gone-]`, `{+come+}`; what nobody can see is shown by its number (T20). */
function wordLines(segments: readonly Segment[], paint: Paint): string[] {
  const marked = segments.map(({ kind, text }, at) => {
    if (kind === "same") return lines(inContext(text, at === 0, at === segments.length - 1), (line) => line);
    return lines(text, (line) => (kind === "added" ? paint.good(`{+${line}+}`) : paint.bad(`[-${line}-]`)));
  });
  return marked.flat(1).join("").split("\n");
}

/** Line by line, so that a mark never goes over an end of line. */
function lines(text: string, mark: (line: string) => string): string {
  const shown = text.split("\n").map((line) => safe(line, Number.POSITIVE_INFINITY));
  return shown.map((line) => (line === "" ? "" : mark(line))).join("\n");
}

function inContext(text: string, first: boolean, last: boolean): string {
  const characters = [...text];
  if (characters.length <= 2 * CONTEXT) return text;
  const head = first ? "" : characters.slice(0, CONTEXT).join("");
  const tail = last ? "" : characters.slice(-CONTEXT).join("");
  return `${head} … ${tail}`;
}
