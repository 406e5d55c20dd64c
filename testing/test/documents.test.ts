// What the pages say of this repository, as far as a program can tell: links, files, modules, commands, variables, scripts.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { findCommand } from "../../packages/palyra/src/cli/command.ts";
import { GLOBAL_OPTIONS, LATER_GLOBALS, optionsOf } from "../../packages/palyra/src/cli/options.ts";
import { readWords } from "../../packages/palyra/src/cli/words.ts";
import { CATALOG, LATER_COMMANDS } from "../../packages/palyra/src/operations/catalog.ts";
import { coreLayers, palyraLayers } from "../layers.ts";
import { repositoryRoot } from "../shared.ts";
import { readSources } from "../sources.ts";

const read = (path: string): string => readFileSync(join(repositoryRoot, path), "utf8");
/** Those that are kept: what tests write beside them, and remove meanwhile, is none; nor is one that is being removed. */
const pages = execFileSync("git", ["ls-files", "-z", "*.md"], { cwd: repositoryRoot, encoding: "utf8" })
  .split("\0")
  .filter((name) => name !== "" && existsSync(join(repositoryRoot, name)));

describe("the pages", () => {
  it("are found", () => expect(pages.length).toBeGreaterThan(50));

  it("link to what is there", () => {
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
        .map((match) => match[1] ?? "")
        .filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(page, target))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it("name files of this repository that it has", () => {
    const gone = pages.flatMap((page) =>
      [...read(page).matchAll(/`((?:packages|testing|scripts|docs|bench|examples)\/[\w@./-]+)`/g)]
        .map((match) => match[1] ?? "")
        .filter((path) => !existsSync(join(repositoryRoot, path)))
        .map((path) => `${page}: ${path}`),
    );
    expect(gone).toEqual([]);
  });

  it("name scripts of package.json that it has", () => {
    const scripts = Object.keys(JSON.parse(read("package.json")).scripts);
    const named = pages.flatMap((page) => [...read(page).matchAll(/\bnpm run ([\w-]+)/g)].map((match) => match[1] ?? ""));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });

  it("name variables that are read, and all that are", () => {
    const variable = /\bPALYRA_[A-Z_]*[A-Z]\b/g;
    const said = new Set(pages.flatMap((page) => read(page).match(variable) ?? []));
    const sources = ["core", "sandbox", "palyra"].flatMap((name) => readSources(join(repositoryRoot, `packages/${name}/src`)));
    const known = new Set(sources.flatMap(({ text }) => text.match(variable) ?? []));
    const ofTests = /^PALYRA_(TEST_|RACE_STARTS$)/;
    // Constants of the sources; the kill tests' own.
    const noVariables = ["PALYRA_CODE_DIGEST", "PALYRA_HOST_CAPABILITIES", "PALYRA_SKILLS_HOST", "PALYRA_FAULT_POINT"];
    expect([...said].filter((name) => !known.has(name) && !ofTests.test(name))).toEqual([]);
    expect([...known].filter((name) => !said.has(name) && !noVariables.includes(name))).toEqual([]);
  });

  it("type commands and options that there are", async () => {
    const commands = pages.flatMap((page) => typedIn(read(page)).map((line) => ({ page, line })));
    expect(commands.length).toBeGreaterThan(100);
    const wrong = [];
    for (const { page, line } of commands) {
      const problem = await problemOf(line);
      if (problem !== undefined) wrong.push(`${page}: ${line}: ${problem}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe("ARCHITECTURE.md", () => {
  const text = read("ARCHITECTURE.md");
  it.each(["core", "palyra"])("has a line for each module of packages/%s, and for no other that is not later", (name) => {
    const part = new RegExp(`^ {4}packages/${name}/src/.*\\n((?: {6,}.*\\n)+)`, "m").exec(text)?.[1] ?? "";
    const lines = [...part.matchAll(/^ {6}(\S+?)\/? +(.*)$/gm)].map(([, module = "", said = ""]) => ({ module, said }));
    const there = readdirSync(join(repositoryRoot, `packages/${name}/src`), { withFileTypes: true });
    const folders = there.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    expect(folders.length).toBeGreaterThan(10);
    expect(folders.filter((folder) => !lines.some(({ module }) => module === folder))).toEqual([]);
    const built = lines.filter(({ said }) => !said.startsWith("later")).map(({ module }) => module);
    expect(built.filter((module) => !there.some((entry) => entry.name === module))).toEqual([]);
  });

  it("has each module in its table of layers", () => {
    const rows = [...text.matchAll(/^\| [csp]\d? \| ([^|]*) \|/gm)].map(([, modules = ""]) => modules).join(" ");
    const modules = [coreLayers, palyraLayers].flatMap((table) => Object.keys(table)).filter((name) => !name.endsWith(".ts"));
    expect(modules.filter((module) => !new RegExp(`\\b${module}\\b`).test(rows))).toEqual([]);
  });
});

function leadsSomewhere(page: string, target: string): boolean {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(repositoryRoot, file))) return false;
  return anchor === undefined || anchorsOf(read(file)).has(anchor);
}

/** As GitHub makes them of headings. */
const anchorsOf = (text: string): Set<string> =>
  new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, "")
        .replaceAll(" ", "-"),
    ),
  );

/** Commands of `palyra`: lines of blocks, and what stands between backticks as a whole. */
function typedIn(text: string): string[] {
  const blocks = [...text.matchAll(/```(?:sh)?\n([\s\S]*?)```/g), ...text.matchAll(/((?:^ {4,}.*\n)+)/gm)];
  const lines = blocks.flatMap(([, block = ""]) => block.replace(/\\\n\s*/g, "").split("\n"));
  const inline = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
  return [...lines, ...inline]
    .map((line) => line.trim().replace(/^\$ /, "").replace(/^npx /, ""))
    .filter((line) => /^palyra (skills|secrets|extension|doctor)\b/.test(line));
}

/** Of a form (`tail|verify`, `[--flag]`, `…`) each of the commands that it stands for, as far as it goes. */
async function problemOf(line: string): Promise<string | undefined> {
  const words = line.replace(/ +#.*$/, "").match(/'[^']*'|"[^"]*"|<[^>]*>|\S+/g) ?? [];
  const end = words.findIndex((word) => /^(\||&&|>|…|--|)$/.test(word));
  const typed = words.slice(1, end === -1 ? undefined : end).map((word) => word.replace(/^['"[]|['"\]]+$/g, ""));
  for (const each of alternatives(typed)) {
    const problem = await problemOfWords(each.filter((word) => word !== "--help"));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function alternatives(words: readonly string[]): string[][] {
  const at = words.findIndex((word) => /^[a-z-]+(\|[a-z-]+)+$/.test(word));
  const choices = words[at]?.split("|") ?? [];
  return at === -1 ? [[...words]] : choices.map((choice) => words.toSpliced(at, 1, choice));
}

async function problemOfWords(words: readonly string[]): Promise<string | undefined> {
  const later = Object.keys(LATER_COMMANDS).find((name) => words.join(" ").startsWith(name));
  if (later !== undefined) return undefined;
  try {
    const command = findCommand(words);
    if (command.kind !== "operation") return undefined;
    const operation = await CATALOG[command.name].load();
    const options = [...optionsOf(operation), ...GLOBAL_OPTIONS];
    const last = options.find(({ name }) => `--${name}` === words.at(-1));
    // An option that is spoken of: without its value.
    const value = last === undefined || last.kind === "flag" ? [] : ["VALUE"];
    readWords([...command.words, ...value], { options, later: { ...operation.later, ...LATER_GLOBALS } });
    return undefined;
  } catch (error) {
    return error instanceof Error && "details" in error ? JSON.stringify(error.details) : String(error);
  }
}
