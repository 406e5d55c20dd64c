/**
 * Completion: a script of a few lines for each shell, which asks `palyra completions words -- <words>` at each press of the key.
 * The answer is one candidate a line, `value<TAB>description`; a last line `:files` says that file names fit as well.
 */
import { CATALOG, isOperationName } from "../operations/catalog.ts";
import { quoted } from "../operations/wording/safe.ts";
import { commands } from "./command.ts";
import type { Host } from "./host.ts";
import type { KnownNames } from "./known-names.ts";
import type { Manner } from "./manner.ts";
import { GLOBAL_OPTIONS, needsValue, type Option, optionsOf } from "./options.ts";
import { usage } from "./words.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

export async function runCompletions(words: readonly string[], host: Host, _manner: Manner): Promise<0> {
  const [first, ...rest] = words;
  if (first === "--help" || first === "-h") {
    host.stdout.write(HELP);
    return 0;
  }
  if (first === "words") {
    const typed = rest[0] === "--" ? rest.slice(1) : rest;
    const { knownNames } = await import("./known-names.ts");
    host.stdout.write((await complete(typed, knownNames(typed, host))).map((line) => `${line}\n`).join(""));
    return 0;
  }
  const shell = SHELLS.find((each) => each === first);
  if (shell === undefined || rest.length > 0) {
    const given = words.length === 0 ? "" : `, not ${quoted(words.join(" "))}`;
    throw usage(`palyra completions needs one of ${SHELLS.join(", ")}${given}`);
  }
  host.stdout.write(SCRIPTS[shell]);
  return 0;
}

/** Candidates for the last of the words, which may be empty. */
export async function complete(words: readonly string[], names: KnownNames): Promise<string[]> {
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const { name, options, positionals, given } = await known(before);
  const plainly = (values: readonly string[]) =>
    matching(
      values.map((each) => [each, ""]),
      last,
    );
  const awaited = options.find((option) => needsValue(option) && before.at(-1) === `--${option.name}`);
  const named = async (placeholder: string | undefined): Promise<string[] | undefined> => {
    if (placeholder === "SKILL") return plainly(await names.skills());
    if (placeholder === "VERSION") return plainly(await names.versions(given[positionals.indexOf("SKILL")]));
    if (placeholder === "ISSUER") return plainly(await names.issuers());
    return placeholder === "PUBLISHER" ? plainly(await names.publishers()) : undefined;
  };
  if (awaited !== undefined)
    return (await named(awaited.placeholder)) ?? (awaited.choices?.length ? plainly(awaited.choices) : FILES);
  if (last.startsWith("-"))
    return matching(
      options.map(({ name: option, help }) => [`--${option}`, help]),
      last,
    );
  if (name !== undefined) return (await named(positionals[given.length])) ?? (positionals.length > given.length ? FILES : []);
  const path = before.filter((word) => !word.startsWith("-")).join(" ");
  const prefix = path === "" ? "" : `${path} `;
  const next = commands()
    .filter(([command]) => command.startsWith(prefix))
    .map(([command, summary]) => {
      const [word = "", ...more] = command.slice(prefix.length).split(" ");
      return [word, more.length === 0 ? summary : ""] as const;
    });
  return matching([...new Map(next)], last);
}

const FILES = [":files"];

interface Typed {
  readonly name: string | undefined;
  readonly options: readonly Option[];
  /** Placeholders, and what was given for them so far. */
  readonly positionals: readonly string[];
  readonly given: readonly string[];
}

/** The operation that the words have named by now, with its options, and what was given by place. */
async function known(words: readonly string[]): Promise<Typed> {
  const plain = words.filter((word) => !word.startsWith("-"));
  for (let length = plain.length; length > 0; length--) {
    const name = plain.slice(0, length).join(" ");
    if (!isOperationName(name)) continue;
    const operation = await CATALOG[name].load();
    const options: readonly Option[] = [...optionsOf(operation), ...GLOBAL_OPTIONS];
    const positionals = operation.fields.filter((field) => operation.positional.includes(field.name));
    return {
      name,
      options,
      positionals: positionals.map(({ placeholder }) => placeholder),
      given: givenAfter(words, name, options),
    };
  }
  return { name: undefined, options: GLOBAL_OPTIONS, positionals: [], given: [] };
}

/** Plain words behind the command, but those that are the values of options. */
function givenAfter(words: readonly string[], name: string, options: readonly Option[]): readonly string[] {
  const takesValue = (word: string | undefined): boolean =>
    options.some((option) => needsValue(option) && word === `--${option.name}`);
  const plain = words.filter((word, at) => !word.startsWith("-") && !takesValue(words[at - 1]));
  return plain.slice(name.split(" ").length);
}

function matching(candidates: readonly (readonly [value: string, description: string])[], typed: string): string[] {
  return candidates
    .filter(([value]) => value.startsWith(typed))
    .map(([value, description]) => (description === "" ? value : `${value}\t${description}`));
}

const HELP = `Print a completion script for bash, zsh or fish

Usage: palyra completions bash|zsh|fish

Examples
  $ palyra completions bash > ~/.local/share/bash-completion/completions/palyra
  $ palyra completions zsh > "\${fpath[1]}/_palyra"
  $ palyra completions fish > ~/.config/fish/completions/palyra.fish
`;

const SCRIPTS: { readonly [Shell in (typeof SHELLS)[number]]: string } = {
  bash: `# bash completion for palyra
_palyra() {
  local line answer
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = ":files" ]; then
      compopt -o default 2>/dev/null
      COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(palyra completions words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _palyra palyra
`,
  zsh: `#compdef palyra
_palyra() {
  local line
  local -a answers
  while IFS= read -r line; do
    if [[ "$line" == ":files" ]]; then
      _files
    else
      answers+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <(palyra completions words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#answers} )) && _describe palyra answers
}
if [ "$funcstack[1]" = "_palyra" ]; then _palyra "$@"; else compdef _palyra palyra; fi
`,
  fish: `# fish completion for palyra
function __palyra_words
  set -l words (commandline -opc) (commandline -ct)
  for line in (palyra completions words -- $words[2..-1] 2>/dev/null)
    if test "$line" = ":files"
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c palyra -f -a '(__palyra_words)'
`,
};
