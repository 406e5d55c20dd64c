import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import { quoted } from "../operations/wording/safe.ts";
import { withoutUserInfo } from "../operations/wording/url.ts";
import { DAEMON_TIMEOUT_MS, type Setting, type Settings } from "../settings.ts";

/** Says what a person should know before a change is made here; throws where it must not be made here. */
export async function workHere(
  { daemonUrl, daemonToken }: Pick<Settings, "daemonUrl" | "daemonToken">,
  call: Pick<Call, "warn">,
): Promise<void> {
  // Spec 6.2: it works, but lists of processes and the shell's history have it.
  if (daemonToken.from === "--token")
    call.warn(
      "others on this machine can read --token while this runs, and the shell may keep it; better set PALYRA_ADMIN_TOKEN",
    );
  const absent = await requireNoDaemon(daemonUrl);
  if (absent !== undefined) call.warn(absent);
}

/**
 * Here or to the daemon (spec 6.2). This version cannot speak with one, so it works here where none was named or where nobody
 * listens at a loopback address (D5); in any other case it refuses, and nothing is written: whoever names a daemon means its
 * journal. The answer is what to tell whoever named one that is not there.
 */
export async function requireNoDaemon(url: Setting<string>): Promise<string | undefined> {
  if (url.from === "default") return undefined;
  const address = loopbackAddress(url.value);
  if (address === undefined)
    throw refused(url, "only a loopback address can be tried by this version, which has no daemon client");
  const found = await knock(address);
  if (found === "refused")
    return `no daemon runs at ${withoutUserInfo(url.value)} (${url.from}), so the change is made here, in the local journal`;
  const problem = found === "answered" ? "somebody listens there, and this version has no daemon client" : "there is no answer";
  throw refused(url, problem);
}

function refused({ value, from }: Setting<string>, problem: string): PalyraError<"Usage"> {
  return new PalyraError("Usage", {
    problem: `the daemon ${quoted(withoutUserInfo(value))} (${from}) cannot be used: ${problem}`,
    hint: "nothing was changed; without --url and PALYRA_DAEMON_URL the local journal is used",
  });
}

interface Address {
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORTS: { readonly [protocol: string]: number } = { "http:": 80, "https:": 443 };

function loopbackAddress(written: string): Address | undefined {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  const standard = DEFAULT_PORTS[url?.protocol ?? ""];
  if (url === undefined || standard === undefined) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const loopback = host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
  return loopback ? { host, port: url.port === "" ? standard : Number(url.port) } : undefined;
}

/** Connects and hangs up; not a byte is sent. */
async function knock({ host, port }: Address): Promise<"answered" | "refused" | "silent"> {
  const { connect } = await import("node:net");
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (found: "answered" | "refused" | "silent"): void => {
      socket.destroy();
      resolve(found);
    };
    socket.setTimeout(DAEMON_TIMEOUT_MS, () => done("silent"));
    socket.once("connect", () => done("answered"));
    socket.once("error", (error) => done(wasRefused(error) ? "refused" : "silent"));
  });
}

/** `localhost` has two addresses; refused is only what all of them refuse. */
function wasRefused(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(wasRefused);
  return error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
}
