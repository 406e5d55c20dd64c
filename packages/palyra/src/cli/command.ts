import { nearest } from "palyra-skills/encoding";
import { CATALOG, isOperationName, LATER_COMMANDS, type OperationName } from "../operations/catalog.ts";
import { safe } from "../operations/wording/safe.ts";
import { GLOBAL_OPTIONS, LATER_GLOBALS } from "./options.ts";
import { splitOption, usage } from "./words.ts";

/** What a command line is about, before its options are read. */
export type Command =
  | { readonly kind: "operation"; readonly name: OperationName; readonly words: readonly string[] }
  /** A word or two that several commands begin with; or none. */
  | { readonly kind: "group"; readonly path: string; readonly words: readonly string[] }
  /** A command of the command line itself. */
  | { readonly kind: "own"; readonly name: OwnCommand; readonly words: readonly string[] };

const OWN = ["completions", "help"] as const;
export type OwnCommand = (typeof OWN)[number];

/** Every command with its summary, in the order in which help lists them. */
export function commands(): readonly (readonly [name: string, summary: string])[] {
  const operations = Object.entries(CATALOG).map(([name, { summary }]) => [name, summary] as const);
  return [...operations, ["completions", "Print a completion script for bash, zsh or fish"]];
}

/** Finds the command; options may stand before it, between its words and behind. `Usage`, with the command that was meant. */
export function findCommand(argv: readonly string[]): Command {
  const path: string[] = [];
  const words: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    if (word.startsWith("-")) {
      words.push(word);
      const value = argv[at + 1];
      if (takesValue(word) && value !== undefined) words.push(argv[++at] ?? "");
      continue;
    }
    const name = [...path, word].join(" ");
    const rest = [...words, ...argv.slice(at + 1)];
    if (isOperationName(name)) return { kind: "operation", name, words: rest };
    // `palyra skills help install` is `palyra help skills install`.
    if (word === "help" && path.length > 0) return { kind: "own", name: "help", words: [...path, ...rest] };
    const own = OWN.find((each) => each === name);
    if (own !== undefined) return { kind: "own", name: own, words: rest };
    if (!isGroup(name)) throw unknown(path.join(" "), word, words.at(-1));
    path.push(word);
  }
  return { kind: "group", path: path.join(" "), words };
}

export function isGroup(path: string): boolean {
  return Object.keys(CATALOG).some((name) => name.startsWith(`${path} `));
}

/** A global option that stands before the command and has its value in the next word. */
function takesValue(word: string): boolean {
  const { name, value } = splitOption(word);
  if (value !== undefined) return false;
  return Object.hasOwn(LATER_GLOBALS, name) || GLOBAL_OPTIONS.some((option) => option.name === name && option.kind !== "flag");
}

function isGlobalFlag(word: string): boolean {
  return GLOBAL_OPTIONS.some(({ name, kind }) => kind === "flag" && `--${name}` === word);
}

/** `before`: what was taken for an option of every command last. */
function unknown(path: string, word: string, before: string | undefined): Error {
  const typed = path === "" ? word : `${path} ${word}`;
  const needs = Object.hasOwn(LATER_COMMANDS, typed) ? LATER_COMMANDS[typed] : undefined;
  if (needs !== undefined) return usage(`palyra ${typed} needs ${needs}, which this version does not have`);
  // Else the value of a command's own option, typed too early, would be called a command.
  if (before?.startsWith("--") && !before.includes("=") && !takesValue(before) && !isGlobalFlag(before))
    return usage(`${safe(before, 80)} is no option of every command`, "options of one command are written after it");
  const like = suggestion(path, word);
  const hint =
    like === undefined ? `palyra ${path === "" ? "" : `${path} `}--help lists the commands` : `did you mean palyra ${like}?`;
  return usage(`unknown command palyra ${safe(typed, 80)}`, hint);
}

/** The nearest command of this group; else one anywhere that ends with the word: `install` means `skills install`. */
function suggestion(path: string, word: string): string | undefined {
  const names = commands().map(([name]) => name);
  const prefix = path === "" ? "" : `${path} `;
  const here = [
    ...new Set(names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length).split(" ")[0] ?? "")),
  ];
  const near = nearest(word, here);
  if (near !== undefined) return prefix + near;
  const last = nearest(word, [...new Set(names.map((name) => name.split(" ").at(-1) ?? ""))]);
  return last === undefined ? undefined : names.find((name) => name.split(" ").at(-1) === last);
}
