import { nearest } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import { quoted } from "../operations/wording/safe.ts";
import type { Option } from "./options.ts";

/** What stood on the command line: each option once, or as a list; and the words that are no options. */
export interface Words {
  readonly flags: ReadonlySet<string>;
  readonly texts: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly others: readonly string[];
}

export interface WordsRules {
  readonly options: readonly Option[];
  /** Options of later releases and what each needs. */
  readonly later: { readonly [option: string]: string };
}

/**
 * Takes words apart: `--name value`, `--name=value`, `--flag`, `-f`; after `--` nothing is an option. `Usage` for an
 * unknown option (with the nearest one), a missing value, a flag with one, and what is given twice.
 */
export function readWords(words: readonly string[], rules: WordsRules): Words {
  const flags = new Set<string>();
  const texts = new Map<string, string>();
  const lists = new Map<string, string[]>();
  const others: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--") {
      others.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      others.push(word);
      continue;
    }
    const { name, value: attached } = splitOption(word);
    const option = find(name, rules);
    if (option.kind === "flag") {
      if (attached !== undefined) throw usage(`--${option.name} takes no value`);
      flags.add(option.name);
      continue;
    }
    if (option.kind === "mention") {
      flags.add(option.name);
      if (attached === undefined && isMentioned(words[at + 1], [...others, ...words.slice(at + 2)])) at++;
      continue;
    }
    const value = attached ?? words[++at];
    if (value === undefined || (attached === undefined && looksLikeOption(value))) throw valueMissing(option, value);
    if (option.kind === "list") lists.set(option.name, [...(lists.get(option.name) ?? []), value]);
    else if (texts.has(option.name)) throw usage(`--${option.name} is given twice`);
    else texts.set(option.name, value);
  }
  return { flags, texts, lists, others };
}

/** `--name=value` in two; a single dash names a short option. */
export function splitOption(word: string): { readonly name: string; readonly value?: string } {
  if (!word.startsWith("--")) return { name: word };
  const equals = word.indexOf("=");
  return equals === -1 ? { name: word.slice(2) } : { name: word.slice(2, equals), value: word.slice(equals + 1) };
}

/** Whether a word stands with what is mentioned, as its value: what would be the one argument of all is none. */
const isMentioned = (word: string | undefined, others: readonly string[]): boolean =>
  word !== undefined && !looksLikeOption(word) && (/^[0-9]+$/.test(word) || others.some((each) => !looksLikeOption(each)));

const looksLikeOption = (word: string): boolean => word.startsWith("-") && word.length > 1;

function find(name: string, { options, later }: WordsRules): Option {
  const found = options.find((option) => option.name === name || `-${option.short}` === name);
  if (found !== undefined) return found;
  const needs = Object.hasOwn(later, name) ? later[name] : undefined;
  if (needs !== undefined) throw usage(`--${name} needs ${needs}, which this version does not have`);
  const typed = name.startsWith("-") ? name : `--${name}`;
  const names = options.map((option) => option.name);
  const like = nearest(name, names) ?? OTHER_NAMES.find((same) => same.includes(name))?.find((same) => names.includes(same));
  throw usage(`unknown option ${quoted(typed)}`, like === undefined ? "--help shows how it is used" : `did you mean --${like}?`);
}

/** Options that are called one thing by some commands, and another by others or by other tools. */
const OTHER_NAMES: readonly (readonly string[])[] = [
  ["allow-tofu", "allow-untrusted"],
  ["last", "limit", "lines", "tail"],
  ["override", "force"],
];

function valueMissing(option: Option, next: string | undefined): PalyraError {
  const hint = next === undefined ? undefined : `a value that begins with a dash is written --${option.name}=${next}`;
  return usage(`--${option.name} needs a value (${option.placeholder})`, hint);
}

export function usage(problem: string, hint?: string): PalyraError<"Usage"> {
  return new PalyraError("Usage", hint === undefined ? { problem } : { problem, hint });
}
