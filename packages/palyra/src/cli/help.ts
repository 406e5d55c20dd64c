import { CATALOG, type OperationName } from "../operations/catalog.ts";
import type { Operation } from "../operations/operation.ts";
import { VERSION } from "../version.ts";
import { commands } from "./command.ts";
import { GLOBAL_OPTIONS, type Option, optionsOf, usageOf } from "./options.ts";
import type { Paint } from "./text/paint.ts";

/** Columns of help texts, where the window is not narrower. */
const MAX_COLUMNS = 100;

/** How help is shown. */
export interface Page {
  readonly paint: Paint;
  readonly columns: number;
}

/** Help of a word that several commands begin with, or of all. */
export function groupHelp(path: string, { paint, columns: window }: Page): string[] {
  const limit = Math.min(window, MAX_COLUMNS);
  const prefix = path === "" ? "" : `${path} `;
  const listed = commands().filter(([name]) => name.startsWith(prefix));
  return [
    ...(path === "" ? [`palyra ${VERSION}: signed skills for AI agents`, ""] : []),
    `${paint.strong("Usage:")} palyra ${prefix}<command> [options]`,
    "",
    paint.strong("Commands"),
    ...columns(
      listed.map(([name, summary]) => [name, summary]),
      limit,
    ),
    "",
    paint.strong("Options of every command"),
    ...columns([...GLOBAL_OPTIONS.map(described), ...(path === "" ? [VERSION_OPTION] : [])], limit),
    "",
    `palyra <command> --help shows a command's own options, with examples.`,
  ];
}

/** For whoever typed no command: the next words, and the two lines to type from here. */
export function shortHelp(path: string, { paint, columns: window }: Page): string[] {
  const limit = Math.min(window, MAX_COLUMNS);
  const prefix = path === "" ? "" : `${path} `;
  const below = new Map<string, Set<string>>();
  const summaries = new Map(commands());
  for (const [name] of commands().filter(([each]) => each.startsWith(prefix))) {
    const [word = "", next] = name.slice(prefix.length).split(" ");
    const known = below.get(word) ?? new Set();
    below.set(word, next === undefined ? known : known.add(next));
  }
  return [
    ...(path === "" ? [`palyra ${VERSION}: signed skills for AI agents`, ""] : []),
    paint.strong("Commands"),
    ...columns(
      [...below].map(([word, next]) => [word, next.size === 0 ? (summaries.get(prefix + word) ?? "") : [...next].join(", ")]),
      limit,
    ),
    "",
    `palyra ${prefix}--help lists them all, each with what it does`,
    path === "skills" || path === "" ? "palyra skills list shows what is installed" : `palyra help ${path} is the same`,
  ];
}

const VERSION_OPTION = ["--version", "Show the version"] as const;

export function operationHelp(name: OperationName, operation: Operation<unknown>, { paint, columns: window }: Page): string[] {
  const options = optionsOf(operation);
  const limit = Math.min(window, MAX_COLUMNS);
  const section = (title: string, rows: readonly (readonly [string, string])[]): string[] =>
    rows.length === 0 ? [] : ["", paint.strong(title), ...columns(rows, limit)];
  return [
    CATALOG[name].summary,
    ...(operation.notes === undefined ? [] : wrap(operation.notes, limit)),
    "",
    ...usageLines([name, ...positionalUsage(operation), ...requiredUsage(options), "[options]"], paint, limit),
    ...section("Arguments", positionals(operation)),
    ...section("Options", options.map(described)),
    ...section("Options of every command", GLOBAL_OPTIONS.map(described)),
    "",
    paint.strong(operation.examples.length === 1 ? "Example" : "Examples"),
    ...operation.examples.flatMap((example) => exampleLines(example, limit)),
  ];
}

function usageLines(parts: readonly string[], paint: Paint, limit: number): string[] {
  const [first = "", ...more] = wrap(`palyra ${parts.join(" ")}`, limit - "Usage: ".length);
  return [`${paint.strong("Usage:")} ${first}`, ...more.map((line) => `         ${line}`)];
}

/** A long one goes on in the next line, as a shell takes it: between quotes the blanks of that line would be part of the text. */
function exampleLines(example: string, limit: number): string[] {
  const words = `palyra ${example}`.match(/"[^"]*"|--[a-z-]+ "[^"]*"|--[a-z-]+ [^ "-][^ ]*|[^ ]+/g) ?? [];
  const lines = wrapWords(words, limit - 6);
  return lines.map((line, at) => `  ${at === 0 ? "$ " : "    "}${line}${at === lines.length - 1 ? "" : " \\"}`);
}

function described(option: Option): [string, string] {
  const { help, required, kind } = option;
  return [usageOf(option), `${help}${required === true && kind !== "flag" ? " (required)" : ""}`];
}

function positionals({ fields, positional }: Operation<unknown>): [string, string][] {
  return fields
    .filter(({ name }) => positional.includes(name))
    .map(({ placeholder, help, required }) => [required ? placeholder : `[${placeholder}]`, help]);
}

function positionalUsage(operation: Operation<unknown>): string[] {
  const several = (name: string): boolean => operation.fields.some((field) => field.name === name && field.kind === "list");
  return operation.positional.map((name) => {
    const field = operation.fields.find((each) => each.name === name);
    const shown = `${field?.placeholder ?? name}`;
    if (several(name)) return `-- ${shown}…`;
    return field?.required === false ? `[${shown}]` : shown;
  });
}

function requiredUsage(options: readonly Option[]): string[] {
  return options.filter(({ required }) => required === true).map(usageOf);
}

/** Two columns, the second one wrapped under itself. */
function columns(rows: readonly (readonly [string, string])[], limit: number): string[] {
  const widest = Math.min(Math.floor(limit * 0.44), Math.max(...rows.map(([first]) => first.length)));
  return rows.flatMap(([first, second]) => {
    const [line = "", ...more] = wrap(second, limit - widest - 4);
    const start =
      first.length > widest ? [`  ${first}`, `  ${" ".repeat(widest)}  ${line}`] : [`  ${first.padEnd(widest)}  ${line}`];
    return [...start, ...more.map((text) => `  ${" ".repeat(widest)}  ${text}`)];
  });
}

const wrap = (text: string, limit: number): string[] => wrapWords(text.split(" "), limit);

function wrapWords(words: readonly string[], limit: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > limit) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
