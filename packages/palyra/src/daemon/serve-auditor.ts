import type { MessagePort } from "node:worker_threads";
import type { FailedSkill } from "../lifecycle/index.ts";
import type { LocalAuditor } from "./auditor.ts";
import { type Ask, failureOf, type Tell } from "./auditor-messages.ts";

/** Answers on the thread that audits, until it is told that no more comes; then the port is closed, and the thread ends by itself. */
export function serveAuditor(port: MessagePort, auditor: LocalAuditor): void {
  const tell = (message: Tell): void => port.postMessage(message);
  const answer = async (id: number, work: () => Promise<Tell>): Promise<void> => {
    try {
      tell(await work());
    } catch (error) {
      tell({ of: "failure", id, failure: failureOf(error) });
    }
  };
  port.on("message", (ask: Ask) => {
    switch (ask.do) {
      case "pass":
        return void answer(ask.id, async () => {
          const { suspects, condemned } = ask;
          const turn = (subject: string | undefined): void => tell({ of: "turn", subject });
          const stopped = (failed: FailedSkill): void => tell({ of: "stopped", failed });
          return { of: "pass", id: ask.id, summary: await auditor.pass({ turn, stopped, suspects, condemned }) };
        });
      case "audit":
        return void answer(ask.id, async () => ({
          of: "audit",
          id: ask.id,
          document: await auditor.audit(ask.request, ask.caller),
        }));
      case "close":
        return void auditor.close().finally(() => port.close());
    }
  });
}
