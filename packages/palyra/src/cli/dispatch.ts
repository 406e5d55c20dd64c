import { resolve } from "node:path";
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import { isLoopback } from "../net/index.ts";
import type { DaemonPort } from "../operations/services.ts";
import { quoted } from "../operations/wording/safe.ts";
import { withoutUserInfo } from "../operations/wording/url.ts";
import type { Setting, Settings } from "../settings.ts";

/** What settles which daemon is meant. */
export type DaemonSettings = Pick<Settings, "daemonUrl" | "daemonToken" | "stateRoot" | "skillsDir" | "trustStore" | "journal">;

/**
 * Here or to a daemon (spec 6.2): the one that somebody named, else the one that this state root's `daemon.json` names, or undefined. Whoever
 * names one means its journal, so an address that cannot be used is `Usage`, not a change made here.
 */
export async function chooseDaemon(settings: DaemonSettings, call: Call): Promise<DaemonPort | undefined> {
  const { daemonUrl, daemonToken } = settings;
  // Spec 6.2: it works, but lists of processes and the shell's history have it.
  if (daemonToken.from === "--token")
    call.warn(
      "others on this machine can read --token while this runs, and the shell may keep it; better set PALYRA_ADMIN_TOKEN",
    );
  if (daemonUrl.from === "default") return ownDaemon(settings, call);
  const url = addressOf(daemonUrl);
  const { daemonAt } = await import("./daemon-client.ts");
  return daemonAt({ url, from: daemonUrl.from, token: daemonToken.value }, call);
}

/** The daemon of this state root, if it has left word of itself and works on the files that this command would. */
async function ownDaemon(settings: DaemonSettings, call: Call): Promise<DaemonPort | undefined> {
  const { stateRoot, skillsDir, trustStore, journal, daemonToken } = settings;
  const { readRunFile } = await import("../run-file/index.ts");
  const run = await readRunFile(stateRoot.value);
  if (run === undefined) return undefined;
  const isSame = (one: string, other: string): boolean => resolve(one) === other;
  if (!isSame(skillsDir.value, run.skillsDir) || !isSame(trustStore.value, run.trustStore) || !isSame(journal.value, run.journal))
    return undefined;
  const { daemonOf } = await import("./own-daemon.ts");
  return daemonOf({ run, stateRoot: stateRoot.value, token: daemonToken.value }, call);
}

function addressOf(setting: Setting<string>): URL {
  const url = URL.canParse(setting.value) ? new URL(setting.value) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") throw refused(setting, "it is no http or https address");
  if (url.search !== "" || url.hash !== "") throw refused(setting, "it has a query or a fragment");
  // Spec 6.2: the token would cross the network readable.
  if (url.protocol === "http:" && !isLoopback(url)) throw refused(setting, "beyond this machine only https is spoken");
  return url;
}

function refused({ value, from }: Setting<string>, problem: string): PalyraError<"Usage"> {
  return new PalyraError("Usage", {
    problem: `the daemon ${quoted(withoutUserInfo(value))} (${from}) cannot be used: ${problem}`,
    hint: "nothing was changed; without --url and PALYRA_DAEMON_URL the local journal is used",
  });
}
