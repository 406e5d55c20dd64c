/** Commands that a hint names, to be typed as they stand. */
import type { Setting, Settings } from "../../settings.ts";
import { shellWord } from "./at-place.ts";
import { safe } from "./safe.ts";

/** The command line that met an error, where there is one: what a hint says is to be typed as it stands. */
export interface Typed {
  /** Of the command, without their dashes: a hint names no other. */
  readonly options: readonly string[];
  /** ` --state-root DIR` and the like, as they were given, for another command at the same place; safe to print. */
  readonly places: string;
  /** ` --audit-policy FILE` and the like, by which it is judged: an audit by another policy is of no use to this one; safe to print. */
  readonly audits?: string;
  /** ` --authorization-policy FILE`, as it was given; safe to print. */
  readonly authorizes?: string;
  /** `--state-root`, as it was given. */
  readonly stateRoot?: string | undefined;
  /** The word by which it asks nothing: `--yes`, `--json`, … */
  readonly unasked?: string;
  /** The file of the artifact that it is about, safe to print. */
  readonly artifact?: string;
  /** The same command with one flag more, safe to print. */
  readonly again?: (flag: string) => string;
}

export const NOTHING_TYPED: Typed = { options: [], places: "" };

/** Whether a text that is told has an absolute path in it, as far as one can see (T44). */
export const namesPlace = (told: string): boolean => PLACE.test(told.replace(WEB_ADDRESS, ""));

/** As far as nothing is glued to it that ends one in a sentence. */
const WEB_ADDRESS = /\bhttps?:\/\/[^\s"'`<>(),;|\\]+/gi;

/** What begins in the midst of a word, or with dots, is none: `and/or`, `24/7`, `./here`; nor is what an address begins with: `oci://…`. */
const PLACE = new RegExp(
  [
    String.raw`(?<![\p{L}\p{N}_/.:])\/\S`,
    // `problem:/home/…`
    String.raw`:\/[^\s/]`,
    // `C:\…`, `C:/…`
    String.raw`(?<![\p{L}\p{N}_])[A-Za-z]:[\\/]`,
    // `\\server\share`, `\\?\C:\…`
    String.raw`(?<![\p{L}\p{N}_])\\\\\S`,
    // `file:///…`, `file://server/…`
    String.raw`\bfile:\/`,
  ].join("|"),
  "iu",
);

/** Of a process that serves: what it was started with, and a command at the same place needs. */
export function typedAtStart(settings: Settings): Typed {
  const { stateRoot, skillsDir, trustStore, auditPolicy, vulnerabilityStatements, authorizationPolicy } = settings;
  return {
    options: [],
    places: given(stateRoot, skillsDir, trustStore),
    audits: given(auditPolicy, vulnerabilityStatements),
    authorizes: given(authorizationPolicy),
    stateRoot: stateRoot.from.startsWith("--") ? stateRoot.value : undefined,
  };
}

const given = (...settings: readonly Setting<string | undefined>[]): string =>
  settings
    .map(({ value, from }) => (value === undefined || !from.startsWith("--") ? "" : ` ${from} ${shellWord(value)}`))
    .join("");

/** How this command accepts an unknown publisher, if it does. */
export function acceptance(typed: Typed): string {
  const option = ["allow-tofu", "allow-untrusted"].find((each) => typed.options.includes(each));
  return option === undefined ? "" : `to accept it: ${withFlag(`--${option}`, typed)}; `;
}

/** The command that was typed with a flag more; the flag alone where none was. */
export const withFlag = (flag: string, { again }: Typed): string => again?.(flag) ?? flag;

/** `palyra skills trust add acme <64 hex digits>`: to be typed as it stands. */
export const trustCommand = (verb: string, words: readonly string[], { places }: Typed): string =>
  `palyra skills trust ${verb}${words.map((word) => ` ${safe(word)}`).join("")}${places}`;

/** Options with which another command is decided as this one was. */
export const decidedAlike = ({ places, audits = "", authorizes = "" }: Typed): string => `${places}${audits}${authorizes}`;
