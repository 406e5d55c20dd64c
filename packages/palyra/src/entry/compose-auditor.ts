import { Worker } from "node:worker_threads";
import type { Call } from "../call.ts";
import { type Auditor, auditorOf, type LocalAuditor } from "../daemon/auditor.ts";
import type { AuditorData } from "../daemon/auditor-messages.ts";
import { threadedAuditor } from "../daemon/threaded-auditor.ts";
import { type InstalledEntry, KeptIndex } from "../installed/index.ts";
import { keepLaunchVerdicts, pardon, readFeedKey, reauditSkills } from "../lifecycle/index.ts";
import { readPolicy } from "../operations/shared/policy.ts";
import { renewFeed, withScanning } from "../operations/shared/scanning.ts";
import { audit } from "../operations/skills/audit.ts";
import { DEFAULT_DEVICE_ID, type Environment, type SettingsOptions } from "../settings.ts";
import { CODE, compose } from "./compose.ts";

/** Who the daemon's own task is in the journal (spec 5.4). */
export const DAEMON_PRINCIPAL = "system:daemon";

/**
 * The auditor of a state root. `options` and `env` as for `compose`: they settle which skills, trust store, journal and policy.
 * @param warn is told what the passes and audits have to say besides their answers
 */
export function composeAuditor(
  options: SettingsOptions,
  env: Environment,
  warn: (text: string) => void,
  /** The program that is run as a thread, so that the caller's is never held up; absent: on this one. */
  program?: URL,
): Auditor {
  if (program === undefined) return auditorHere(options, env, warn);
  const workerData: AuditorData = { options, env: { ...env } };
  const { skillsRoot } = compose(options, env).home.places;
  const thread = (cutOff: () => void) =>
    threadedAuditor(
      () =>
        new Worker(program, {
          workerData,
          resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: MAX_YOUNG_MB },
        }),
      warn,
      { cutOff },
    );
  // One for each: what somebody asks for does not wait for a pass, and a skill that ends its thread ends no pass (T19).
  const [passes, audits] = [thread(() => pardon(skillsRoot)), thread(() => {})];
  return {
    pass: () => passes.pass(),
    audit: (request, caller) => audits.audit(request, caller),
    close: async () => {
      await Promise.all([passes.close(), audits.close()]);
    },
  };
}

/** MiB of the thread's heap: a hostile artifact that takes more ends the thread, and not the daemon. Contents of files are not in it. */
const MAX_HEAP_MB = 1024;
/** MiB of what is new in it: two threads of 48, the default, would be most of what the daemon may have (spec 5.4). */
const MAX_YOUNG_MB = 6;

/** The auditor on this thread. */
export function auditorHere(options: SettingsOptions, env: Environment, warn: (text: string) => void): LocalAuditor {
  const composed = compose(options, env);
  const { home, settings } = composed;
  const index = new KeptIndex(home.places.skillsRoot);
  const services = { ...composed, readIndex: () => index.read() };
  const quiet = { progress: () => {}, warn };
  return auditorOf({
    pass: async (signal, watch) => {
      const call: Call = {
        now: Date.now(),
        principal: DAEMON_PRINCIPAL,
        deviceId: DEFAULT_DEVICE_ID,
        channel: null,
        signal,
        ...quiet,
      };
      // Read anew by every pass: one that was changed to an invalid one stops the pass, and says so.
      const policy = await readPolicy(settings);
      await renewFeed(settings, call, () => readFeedKey(home));
      return withScanning(
        settings,
        call,
        async (scanning) => {
          const standards = { policy, ...scanning, code: CODE };
          const passed: InstalledEntry[] = [];
          const request = {
            ...standards,
            clock: () => Date.now(),
            watch,
            passed: (entry: InstalledEntry) => void passed.push(entry),
          };
          try {
            return await reauditSkills(home, request, call);
          } finally {
            await keepLaunchVerdicts(home, standards, passed, { ...call, now: Date.now() });
          }
        },
        () => readFeedKey(home),
      );
    },
    audit: async ({ skillId, version }, caller, signal) => {
      const input = { skillId, ...(version === undefined ? {} : { version }), trustedPublisher: [], allowUntrusted: false };
      const { output } = await audit.run(services, input, { now: Date.now(), ...caller, signal, ...quiet });
      if (!("audits" in output)) throw new TypeError("an audit that was asked for answers with one");
      return output;
    },
  });
}
