import type { Field, Operation, Place } from "../operations/operation.ts";
import type { SettingsOptions } from "../settings.ts";

/** An option as it is typed. */
export interface Option {
  /** Without the dashes. */
  readonly name: string;
  readonly short?: string;
  readonly kind: Field["kind"];
  readonly required?: boolean;
  readonly placeholder: string;
  readonly help: string;
  readonly choices?: readonly string[];
}

const text = (name: string, placeholder: string, help: string): Option => ({ name, kind: "text", placeholder, help });
const flag = (name: string, help: string, short?: string): Option => ({
  name,
  kind: "flag",
  placeholder: "",
  help,
  ...(short === undefined ? {} : { short }),
});
const choice = (name: string, placeholder: string, help: string, choices: readonly string[]): Option => ({
  ...text(name, placeholder, help),
  choices,
});

/** Before or after the command, whichever it is (spec 11.1). */
export const GLOBAL_OPTIONS: readonly Option[] = [
  flag("json", "Answer with one JSON document"),
  choice("output-format", "FORMAT", "json is --json; ndjson is the same on one line", ["text", "json", "ndjson"]),
  text("state-root", "DIR", "Where skills, trust and journal are kept"),
  text("principal", "ID", "Who asks, for the journal (user:local)"),
  text("device-id", "ULID", "From which device, for the journal"),
  text("channel", "NAME", "Through which channel, for the journal"),
  flag("plain", "No colour, no animation, no box characters"),
  flag("no-color", "No colour"),
  choice("log-level", "LEVEL", "What to say on stderr besides errors: error is nothing, warn and info are warnings", [
    "error",
    "warn",
    "info",
    "debug",
    "trace",
  ]),
  flag("verbose", "Say where every setting comes from; as debug", "v"),
  flag("help", "Show this help", "h"),
];

/** Palyra's global options that need what this release does not have: refused, since ignoring them would act elsewhere. */
export const LATER_GLOBALS: { readonly [option: string]: string } = {
  config: "Palyra config files",
  profile: "Palyra profiles",
};

const PLACES: { readonly [Name in Place]: Option } = {
  skillsDir: text("skills-dir", "DIR", "The skills folder, instead of <state root>/skills"),
  trustStore: text("trust-store", "FILE", "The trust store, instead of <state root>/skills/trust-store.json"),
  auditPolicy: text("audit-policy", "FILE", "The audit policy, a JSON file"),
  vex: text("vex", "FILE", "Statements on vulnerabilities (OpenVEX, CycloneDX): a file, or a folder of them"),
  // Palyra's name for it, and its place (spec 11.1): it is no part of the state root.
  proceduresDir: text("skills-dir", "DIR", "The folder of procedures, instead of .palyra/skills in your home folder"),
  authorizationPolicy: text("authorization-policy", "FILE", "Your Cedar policies: a file, or a folder of *.cedar"),
};

const ASKING: readonly Option[] = [
  flag("yes", "Answer ordinary questions with yes, and ask none", "y"),
  flag("non-interactive", "Ask nothing, and go on as where there is no terminal"),
];

const DAEMON: readonly Option[] = [
  text("url", "URL", "The daemon, instead of $PALYRA_DAEMON_URL"),
  text("token", "TOKEN", "Its token; better in $PALYRA_ADMIN_TOKEN, where others cannot read it"),
];

/** What of the settings stood on a command line. */
export function settingsOf(texts: ReadonlyMap<string, string>): SettingsOptions {
  return {
    stateRoot: texts.get("state-root"),
    skillsDir: texts.get("skills-dir"),
    trustStore: texts.get("trust-store"),
    auditPolicy: texts.get("audit-policy"),
    vex: texts.get("vex"),
    authorizationPolicy: texts.get("authorization-policy"),
    url: texts.get("url"),
    token: texts.get("token"),
    principal: texts.get("principal"),
    deviceId: texts.get("device-id"),
    channel: texts.get("channel"),
  };
}

/** All that an operation takes as options, its own first. */
export function optionsOf(operation: Operation<unknown>): readonly Option[] {
  return [
    ...operation.fields.filter((field) => !operation.positional.includes(field.name)).map(fromField),
    ...operation.places.map((place) => PLACES[place]),
    ...(operation.asks ? ASKING : []),
    ...(operation.daemon ? DAEMON : []),
  ];
}

function fromField({ option, kind, required, placeholder, help, choices }: Field): Option {
  return { name: option, kind, required, placeholder, help, choices };
}

/** Values that a person looks over at once; of more the placeholder stands for all, and completion lists them. */
export const MAX_LISTED_CHOICES = 8;

/** Whether what follows it is its value, whatever it is. */
export const needsValue = ({ kind }: Option): boolean => kind !== "flag" && kind !== "mention";

/** What is typed for an option: `--artifact FILE`. */
export function usageOf({ name, short, kind, placeholder, choices = [] }: Option): string {
  const listed = choices.length > 0 && choices.length <= MAX_LISTED_CHOICES ? choices.join("|") : placeholder;
  const value = kind === "flag" ? "" : kind === "mention" ? ` [${listed}]` : ` ${listed}`;
  return `${short === undefined ? "" : `-${short}, `}--${name}${value}`;
}
