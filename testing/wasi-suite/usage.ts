/** What may be typed behind `npm run wasi-suite --`. */
import { parseArgs } from "node:util";

export const USAGE = `usage: npm run wasi-suite -- FOLDER [--ignore NAME,NAME] [--guest PATH] [--timeout SECONDS]

FOLDER             a checkout of the wasi-testsuite, a part of it, or one NAME.wasm; a NAME.json beside it says what is expected
--ignore NAME,…    cases that are not run
--guest PATH       what a folder of \`dirs\` is called inside; default its name (\`root\` is called /)
--timeout SECONDS  of one case; default 60
--help             this text

Ends with 0 where each case passed or failed as is meant, with 1 where one did not, with 2 where nothing could be run.`;

export type Typed =
  | { readonly kind: "help" }
  | { readonly kind: "wrong"; readonly problem: string }
  | {
      readonly kind: "run";
      readonly folder: string;
      readonly guest: string | undefined;
      readonly timeoutMs: number;
      readonly ignored: ReadonlySet<string>;
    };

export function typedWords(words: readonly string[]): Typed {
  const read = parsed(words);
  if (typeof read === "string") return wrong(read);
  const { positionals, values } = read;
  if (values.help) return { kind: "help" };
  const [folder, more] = positionals;
  if (folder === undefined) return wrong("a folder of cases is needed");
  if (more !== undefined) return wrong(`one folder is taken, not ${more} besides`);
  const timeoutMs = Number(values.timeout) * 1000;
  if (!(timeoutMs > 0)) return wrong("--timeout is a number of seconds");
  return { kind: "run", folder, guest: values.guest, timeoutMs, ignored: new Set(values.ignore.split(",")) };
}

const wrong = (problem: string): Typed => ({ kind: "wrong", problem });

const options = {
  ignore: { type: "string", default: "" },
  guest: { type: "string" },
  timeout: { type: "string", default: "60" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** Or what is wrong with them, in Node's words. */
function parsed(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], allowPositionals: true, options });
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}
