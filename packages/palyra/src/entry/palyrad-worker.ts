/** The thread of the daemon that audits (spec 5.4). It has a composition of its own: nothing is shared with the API's but the files. */
import { parentPort, workerData } from "node:worker_threads";
import type { AuditorData, Tell } from "../daemon/auditor-messages.ts";
import { serveAuditor } from "../daemon/serve-auditor.ts";
import { auditorHere } from "./compose-auditor.ts";

export function runAuditorThread(): void {
  if (parentPort === null) throw new TypeError("this is a thread of palyrad");
  const port = parentPort;
  const { options, env }: AuditorData = workerData;
  const warn = (text: string): void => {
    const tell: Tell = { of: "warning", text };
    port.postMessage(tell);
  };
  serveAuditor(port, auditorHere(options, env, warn));
}
