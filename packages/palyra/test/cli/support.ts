import { join } from "node:path";
import { PassThrough } from "node:stream";
import { scratchFolder } from "../../../../testing/scratch.ts";
import type { Host } from "../../src/cli/host.ts";
import { runCommandLine } from "../../src/cli/run.ts";
import { compose } from "../../src/entry/compose.ts";
import type { Services } from "../../src/operations/services.ts";

export const temporaryFolder = (): string => scratchFolder("cli");

export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HostOptions {
  readonly env?: { readonly [name: string]: string };
  /** Both streams are terminals. */
  readonly terminal?: boolean;
  /** Of its window. */
  readonly columns?: number;
  readonly stdin?: Uint8Array;
  /** Nobody reads what is written. */
  readonly lost?: boolean;
  /** A terminal where a person types this at a question. */
  readonly types?: string;
  readonly now?: number;
}

/** A command line in this process, with a home of its own. */
export function commandLine(root: string, options: HostOptions = {}) {
  // No test writes into the keychain of whoever runs it.
  const env = {
    HOME: root,
    PALYRA_STATE_ROOT: join(root, "state"),
    PALYRA_VAULT_BACKEND: "encrypted_file",
    ...options.env,
  };
  return async (...argv: string[]): Promise<Ran> => {
    const stdout: string[] = [];
    const stderr: string[] = [];
    const terminal = options.terminal ?? false;
    const lost = options.lost === true;
    const host: Host = {
      env,
      stdout: { write: (text) => void stdout.push(textOf(text)), terminal, columns: options.columns, lost },
      stderr: { write: (text) => void stderr.push(textOf(text)), terminal, columns: options.columns },
      ...(options.types === undefined ? {} : { prompt: personTyping(options.types, stderr) }),
      now: () => options.now ?? 1_750_000_000_000,
      signal: new AbortController().signal,
      compose: (settings, askSecret): Services => ({
        ...compose(settings, env, askSecret),
        readStdin: async () => options.stdin ?? new Uint8Array(),
        stdinIsGiven: () => options.stdin !== undefined,
      }),
    };
    const exit = await runCommandLine(argv, host);
    return { exit, stdout: stdout.join(""), stderr: stderr.join("") };
  };
}

/** `shownTo`: gets what the prompt shows. */
function personTyping(text: string, shownTo: string[]): NonNullable<Host["prompt"]> {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  const lines = text.match(/[^\n]*\n|[^\n]+/g) ?? [];
  // A line at each question; no more lines are the end of the input.
  output.on("data", (shown: Uint8Array) => {
    shownTo.push(Buffer.from(shown).toString());
    if (!/(\(not shown\)|\[y\/N\])/.test(Buffer.from(shown).toString())) return;
    const line = lines.shift();
    if (line === undefined) input.end();
    else input.write(line);
  });
  return { input, output };
}

export const parsed = (ran: Ran): unknown => JSON.parse(ran.stdout);
export const errorOf = (ran: Ran): { code: string; message: string; details: unknown; hint: unknown } =>
  JSON.parse(ran.stderr).error;

/** What a terminal would obey, or what nobody sees: must never come out of a view (T20). */
export const UNSAFE = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u;
/** One of each kind: escape sequence, carriage return, bidi override, zero width, tag, C1, no-break space, line separator, lone surrogate. */
export const HOSTILE = "\u001b[31mred\r\u202eevil\u200b\u{e0041}\u009b2K\u00a0\u2028\u2066\ud800end";

const textOf = (content: string | Uint8Array): string =>
  typeof content === "string" ? content : Buffer.from(content).toString();
