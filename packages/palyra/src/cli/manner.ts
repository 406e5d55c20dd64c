import type { Host, Output } from "./host.ts";
import { fold } from "./text/fold.ts";
import { colours, type Paint, plain } from "./text/paint.ts";

/** How to speak: as a document or as lines, with or without colour. Found before the words are read, so that errors keep to it. */
export interface Manner {
  readonly json: boolean;
  readonly indent: 0 | 2;
  /** Only what every terminal can show: no colour, no animation, no box characters. */
  readonly plain: boolean;
  /** What is said on stderr besides errors: nothing, warnings, or where every setting came from as well. */
  readonly says: "errors" | "warnings" | "everything";
  /** For stdout, and for stderr. */
  readonly paint: Paint;
  readonly errorPaint: Paint;
  /** Lines as text for stdout, and for stderr: as wide as its window. */
  lines(lines: readonly string[]): string;
  errorLines(lines: readonly string[]): string;
  /** Columns of the windows that they are shown in; infinite where there is none. */
  readonly columns: number;
  readonly errorColumns: number;
}

export function mannerOf(argv: readonly string[], { env, stdout, stderr }: Host): Manner {
  const end = argv.indexOf("--");
  const words = end === -1 ? argv : argv.slice(0, end);
  const format = valueOfOption(words, "--output-format");
  const level = valueOfOption(words, "--log-level");
  const verbose = words.includes("-v") || words.includes("--verbose") || level === "debug" || level === "trace";
  const isPlain = words.includes("--plain");
  const paintFor = (output: Output): Paint => ({
    ...(hasColour(words, env, output) ? colours : plain),
    columns: columnsOf(output),
  });
  const linesFor = (output: Output, columns: number) => {
    const isAscii = isPlain || (output.terminal && hasOtherCharacters(env));
    return (lines: readonly string[]) => {
      const folded = lines.flatMap((line) => fold(line, columns));
      const text = folded.map((line) => `${line}\n`).join("");
      return isAscii ? asAscii(text) : text;
    };
  };
  const [columns, errorColumns] = [columnsOf(stdout), columnsOf(stderr)];
  return {
    json: words.includes("--json") || format === "json" || format === "ndjson",
    indent: format === "ndjson" ? 0 : 2,
    plain: isPlain,
    says: verbose ? "everything" : level === "error" ? "errors" : "warnings",
    paint: paintFor(stdout),
    errorPaint: paintFor(stderr),
    lines: linesFor(stdout, columns),
    errorLines: linesFor(stderr, errorColumns),
    columns,
    errorColumns,
  };
}

const asAscii = (text: string): string =>
  text.replace(/[└├]─/g, "+-").replaceAll("│", "|").replaceAll("…", "...").replaceAll("→", "->");

/** A terminal whose locale says another set of characters than UTF-8 would show others in place of ours. Where none is said, none is known. */
function hasOtherCharacters(env: Host["env"]): boolean {
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find((said) => said !== undefined && said !== "");
  return locale !== undefined && !/utf-?8/i.test(locale);
}

/** Below this no line can be broken well, and none is. */
const MIN_COLUMNS = 20;

function columnsOf({ terminal, columns = 0 }: Output): number {
  return terminal && columns >= MIN_COLUMNS ? columns : Number.POSITIVE_INFINITY;
}

function valueOfOption(words: readonly string[], option: string): string | undefined {
  const at = words.indexOf(option);
  return at === -1 ? words.find((word) => word.startsWith(`${option}=`))?.slice(option.length + 1) : words[at + 1];
}

/** https://no-color.org: any value but the empty one. `FORCE_COLOR` is somebody who knows that the output ends on a terminal. */
function hasColour(words: readonly string[], env: Host["env"], output: Output): boolean {
  if (words.includes("--no-color") || words.includes("--plain") || (env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"] ?? "";
  if (forced !== "") return forced !== "0";
  return output.terminal && env["TERM"] !== "dumb";
}
