import type { Call } from "../call.ts";
import { CATALOG, type OperationName, type Outputs } from "../operations/catalog.ts";
import type { Answer } from "../operations/operation.ts";
import type { Services } from "../operations/services.ts";
import { safe } from "../operations/wording/safe.ts";
import { maskUserInfo } from "../operations/wording/url.ts";
import type { Settings } from "../settings.ts";
import { VERSION } from "../version.ts";
import { findCommand, isGroup } from "./command.ts";
import { chooseDaemon } from "./dispatch.ts";
import type { Host } from "./host.ts";
import { type Invocation, readGlobals, readInvocation } from "./invocation.ts";
import { type Manner, mannerOf } from "./manner.ts";
import { startProgress } from "./progress.ts";
import { fold } from "./text/fold.ts";
import { ASIDES, VIEWS } from "./views/index.ts";
import type { Asked } from "./views/view.ts";
import { usage } from "./words.ts";

/** As of a process that SIGINT ends. */
const INTERRUPTED = 130;
type Exit = 0 | 1 | typeof INTERRUPTED;

/** The person pressed Ctrl-C at a question. */
class Interrupted extends Error {}

/**
 * Runs one command line to its end. The result is the exit code: 0 done, 1 refused or failed, 2 usage (spec 6); 130 where a
 * person interrupted a question or what ran.
 */
export async function runCommandLine(argv: readonly string[], host: Host): Promise<0 | 1 | 2 | 130> {
  const manner = mannerOf(argv, host);
  // An error document is alone on stderr (D16), so what is to be warned of waits for it.
  const held: string[] = [];
  try {
    const exit = await dispatch(argv, host, manner, held);
    for (const text of held) host.stderr.write(manner.errorLines([warningLine(text, manner)]));
    return exit;
  } catch (error) {
    if (error instanceof Interrupted) return INTERRUPTED;
    const { exit, text } = await errorText(error, argv, manner, held);
    host.stderr.write(text);
    if (host.env["PALYRA_DEBUG"] === "1" && error instanceof Error) host.stderr.write(`${maskUserInfo(error.stack ?? "")}\n`);
    return exit;
  }
}

/** What is said of an error. Details that cannot be told, of whatever size or shape, still end in one plain line and exit 1. */
async function errorText(
  error: unknown,
  argv: readonly string[],
  manner: Manner,
  warnings: readonly string[],
): Promise<{ exit: 1 | 2; text: string }> {
  try {
    const { errorDocument, errorLines, jsonText, tell, typedAs } = await import("./report-error.ts");
    const told = tell(error, await typedAs(argv));
    const text = manner.json
      ? maskUserInfo(jsonText(errorDocument(told, warnings), manner.indent))
      : manner.errorLines(errorLines(told, manner.errorPaint));
    return { exit: told.exit, text };
  } catch {
    return { exit: 1, text: "error: the command failed, and what failed cannot be told; PALYRA_DEBUG=1 shows where\n" };
  }
}

async function dispatch(argv: readonly string[], host: Host, manner: Manner, held: string[]): Promise<Exit> {
  const command = findCommand(argv);
  if (command.kind === "operation") return runOperation(command.name, command.words, host, manner, held);
  if (command.kind === "group") return runGroup(command.path, command.words, host, manner);
  if (command.name === "help") return runCommandLineHelp(command.words, host, manner, held);
  const { runCompletions } = await import("./completions.ts");
  return runCompletions(command.words, host, manner);
}

async function runGroup(path: string, words: readonly string[], host: Host, manner: Manner): Promise<0> {
  if (path === "" && words.some((word) => word === "--version" || word === "-V")) {
    const asJson = async () => (await import("../operations/wording/json-text.ts")).jsonText({ version: VERSION }, manner.indent);
    host.stdout.write(manner.json ? await asJson() : `palyra ${VERSION}\n`);
    return 0;
  }
  if (readGlobals(words).flags.has("help")) return printGroupHelp(path, host, manner);
  // Not on stdout: whoever forgot the command in a script gets no output to misread.
  const { shortHelp } = await import("./help.ts");
  const page = { paint: manner.errorPaint, columns: manner.errorColumns };
  if (!manner.json) host.stderr.write(manner.errorLines([...shortHelp(path, page), ""]));
  throw usage(`palyra${path === "" ? "" : ` ${path}`} needs a command`);
}

async function printGroupHelp(path: string, host: Host, manner: Manner): Promise<0> {
  const { groupHelp } = await import("./help.ts");
  return print(host, manner.lines(groupHelp(path, manner)));
}

/** `palyra help skills install` is `palyra skills install --help`. */
async function runCommandLineHelp(words: readonly string[], host: Host, manner: Manner, held: string[]): Promise<Exit> {
  const path = words.filter((word) => !word.startsWith("-")).join(" ");
  if (path === "" || isGroup(path)) return printGroupHelp(path, host, manner);
  return dispatch([...words, "--help"], host, manner, held);
}

async function runOperation<Name extends OperationName>(
  name: Name,
  words: readonly string[],
  host: Host,
  manner: Manner,
  held: string[],
): Promise<Exit> {
  const operation = await CATALOG[name].load();
  if (asksForHelp(words)) {
    const { operationHelp } = await import("./help.ts");
    return print(host, manner.lines(operationHelp(name, operation, manner)));
  }
  const invocation = readInvocation(operation, words);
  const progress = startProgress(host.stderr, manner.plain);
  const asking = askingOf(host, invocation, manner, progress);
  const services = host.compose(invocation.settings, asking.askSecret);
  const command = await commandsOf(services.settings);
  if (manner.says === "everything") host.stderr.write(manner.errorLines(settingLines(services.settings, manner)));
  try {
    const call = { ...callOf(host, services, manner, progress, (text) => held.push(text), command), ...asking };
    const daemon = operation.daemon ? await chooseDaemon(services.settings, call) : undefined;
    const at = daemon === undefined ? services : { ...services, daemon };
    const inJson = asksForDocument(invocation) ? { ...manner, json: true } : manner;
    const told = async ({ output, failed }: Answer<Outputs[Name]>, how: Manner): Promise<Exit> => {
      progress.pause();
      await answer(name, output, host, how, { command, asked: invocation.input });
      if (failed === "interrupted") return INTERRUPTED;
      return failed ? 1 : 0;
    };
    if (operation.rounds === undefined) return await told(await operation.run(at, invocation.input, call), inJson);
    let exit: Exit = 0;
    for await (const each of operation.rounds(at, invocation.input, call)) {
      exit = await told(each, { ...inJson, indent: 0 });
      // Nobody would read of another.
      if (host.stdout.lost === true) break;
    }
    return exit;
  } finally {
    progress.pause();
  }
}

/** Commands with forms of their own have the document among them. Where it goes to a file, the terminal is told as ever. */
const asksForDocument = ({ input }: Invocation): boolean =>
  input["report"] === "json" || (input["format"] === "json" && input["output"] === undefined);

/** A line whose commands are to be typed as they stand: at the state root that was typed, where one was. */
async function commandsOf({ stateRoot: { from, value } }: Settings): Promise<(text: string) => string> {
  if (from !== "--state-root") return (text) => text;
  const { atPlace } = await import("../operations/wording/at-place.ts");
  return (text) => atPlace(text, value);
}

/** Where things lie, and why there. */
function settingLines({ stateRoot, skillsDir, trustStore, journal }: Settings, { errorPaint: paint }: Manner): string[] {
  const settings = { "state root": stateRoot, skills: skillsDir, "trust store": trustStore, journal };
  return Object.entries(settings).map(([name, { value, from }]) => paint.faint(`${name}: ${safe(value)} (${safe(from)})`));
}

function warningLine(text: string, { errorPaint }: Manner): string {
  return `${errorPaint.warning("warning:")} ${safe(text)}`;
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return (end === -1 ? words : words.slice(0, end)).some((word) => word === "--help" || word === "-h");
}

/** One JSON document (spec 11.1), or lines for a person. */
async function answer<Name extends OperationName>(
  name: Name,
  output: Outputs[Name],
  host: Host,
  manner: Manner,
  at: { readonly command: (text: string) => string; readonly asked: Asked },
): Promise<void> {
  if (output === null) return;
  if (manner.json) host.stdout.write((await import("../operations/wording/json-text.ts")).jsonText(output, manner.indent));
  else {
    const shown = (await VIEWS[name]())(output, { ...manner.paint, command: at.command }, at.asked);
    host.stdout.write(shown instanceof Uint8Array ? shown : manner.lines(shown));
    const aside = (await ASIDES[name]?.())?.(output, { ...manner.errorPaint, command: at.command }, at.asked) ?? [];
    if (!(aside instanceof Uint8Array)) host.stderr.write(manner.errorLines(aside));
  }
}

function callOf(
  host: Host,
  { settings }: Services,
  manner: Manner,
  progress: { say(label: string): void; pause(): void },
  hold: (text: string) => void,
  command: (text: string) => string,
): Call {
  const tellPerson = (lines: readonly string[]): void => {
    progress.pause();
    host.stderr.write(manner.errorLines(lines));
  };
  return {
    now: host.now(),
    clock: host.now,
    principal: settings.principal.value,
    deviceId: settings.deviceId.value,
    channel: settings.channel.value,
    signal: host.signal,
    progress: progress.say,
    warn: (text) => {
      if (manner.says === "errors") return;
      if (manner.json) hold(command(text));
      else tellPerson([warningLine(command(text), manner)]);
    },
    ...(manner.says === "errors" || manner.json ? {} : { tell: tellPerson }),
  };
}

/** Nothing where nobody may be asked: no terminal, `--yes`, `--non-interactive`, `--json` (spec 5.2). */
function askingOf(
  { prompt, stderr }: Host,
  { unattended, yes }: Invocation,
  manner: Manner,
  progress: { pause(): void },
): Pick<Call, "ask" | "askSecret" | "yes"> {
  if (prompt === undefined || unattended || manner.json) return yes ? { yes } : {};
  const write = (lines: readonly string[]): void => {
    progress.pause();
    stderr.write(manner.errorLines(lines));
  };
  return {
    ask: async (question) => {
      const { askPerson } = await import("./ask.ts");
      const answer = await askPerson(prompt, question, {
        write,
        paint: manner.errorPaint,
        fold: (line) => fold(line, manner.errorColumns),
      });
      if (answer === undefined) throw new Interrupted();
      return answer;
    },
    askSecret: async (label) => {
      const { askHidden } = await import("./hidden.ts");
      progress.pause();
      const answer = await askHidden(prompt, label, manner.errorPaint);
      if (answer === undefined) throw new Interrupted();
      return answer;
    },
  };
}

function print(host: Host, text: string): 0 {
  host.stdout.write(text);
  return 0;
}
