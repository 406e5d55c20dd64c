/** What audits: one pass at a time, errors with their class, and a thread that may die (spec 5.4, T19). */
import { Worker } from "node:worker_threads";
import { SkillError } from "palyra-skills";
import { describe, expect, it } from "vitest";
import { auditorOf, type PassSummary } from "../../src/daemon/auditor.ts";
import { errorOf, failureOf } from "../../src/daemon/auditor-messages.ts";
import { threadedAuditor } from "../../src/daemon/threaded-auditor.ts";
import { PalyraError } from "../../src/errors.ts";

const SUMMARY: PassSummary = {
  started_at_unix_ms: 1,
  finished_at_unix_ms: 2,
  checked: 3,
  unchanged: 2,
  quarantined: 1,
  already_stopped: 0,
  failed: [{ skill_id: "acme.echo", version: "1.0.0", reason: "periodic_reaudit_missing_artifact" }],
  bytes: 9,
};

/** A thread that speaks as ours does: `body` answers the message `ask`, with `port`. */
const thread = (body: string): Worker =>
  new Worker(`const { parentPort: port } = require("node:worker_threads"); port.on("message", (ask) => { ${body} });`, {
    eval: true,
  });
const CLOSES = `if (ask.do === "close") return port.close();`;
const ANSWERS = `${CLOSES} port.postMessage({ of: "pass", id: ask.id, summary: ${JSON.stringify(SUMMARY)} });`;
const audit = { skillId: "acme.echo" };
const caller = { principal: "user:ops", deviceId: "01ARZ3NDEKTSV4RRFFQ69G5FAV", channel: null };

describe("an auditor", () => {
  it("makes one pass at a time: who asks meanwhile is given that one", async () => {
    let [begun, end] = [0, () => {}];
    const auditor = auditorOf({
      pass: async () => {
        begun += 1;
        await new Promise<void>((resolve) => {
          end = resolve;
        });
        return SUMMARY;
      },
      audit: async () => Promise.reject(new Error("not asked")),
    });
    const both = [auditor.pass(), auditor.pass()];
    await Promise.resolve();
    expect(begun).toBe(1);
    end();
    expect(await Promise.all(both)).toEqual([SUMMARY, SUMMARY]);
    const next = auditor.pass();
    expect(begun).toBe(2);
    end();
    await next;
  });

  it("makes one audit after the other, in their order, and goes on past one that fails", async () => {
    const order: string[] = [];
    const auditor = auditorOf({
      pass: async () => SUMMARY,
      audit: async ({ skillId }) => {
        order.push(`${skillId} begins`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push(`${skillId} ends`);
        throw new Error(skillId);
      },
    });
    const both = [auditor.audit({ skillId: "a" }, caller), auditor.audit({ skillId: "b" }, caller)];
    expect(await Promise.allSettled(both)).toMatchObject([{ reason: { message: "a" } }, { reason: { message: "b" } }]);
    expect(order).toEqual(["a begins", "a ends", "b begins", "b ends"]);
    const late = [auditor.audit({ skillId: "c" }, caller), auditor.audit({ skillId: "d" }, caller)];
    const ended = Promise.allSettled(late);
    await Promise.resolve();
    await auditor.close();
    expect(await ended).toMatchObject([{ status: "rejected" }, { reason: { code: "AuditorUnavailable" } }]);
  });

  it("ends what runs when it is closed, waits for it, and begins nothing more", async () => {
    const auditor = auditorOf({
      pass: (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      audit: async () => Promise.reject(new Error("not asked")),
    });
    const passing = auditor.pass();
    const ended = expect(passing).rejects.toMatchObject({ name: "AbortError" });
    await auditor.close();
    await ended;
    await expect(auditor.pass()).rejects.toHaveCode("AuditorUnavailable");
  });
});

describe("an error that comes from the thread", () => {
  it.each([
    new PalyraError("IndexInvalid", { file: "x", faults: [] }),
    new SkillError("ArtifactTooLarge", { actual: 2n ** 60n, limit: 1 }),
    Object.assign(new Error("stopped"), { name: "AbortError" }),
  ])("%s keeps its class, code and details", (error) => {
    const received = errorOf(structuredClone(failureOf(error)));
    expect(received).toBeInstanceOf(error.constructor);
    expect(received).toEqual(error);
    expect(received.name).toBe(error.name);
  });
});

describe("T19: a thread that dies", () => {
  it("fails the pass, says so, and the next pass has a new one", async () => {
    const bodies = [`throw new RangeError("out of it")`, ANSWERS];
    let started = 0;
    const auditor = threadedAuditor(
      () => {
        started += 1;
        return thread(bodies.shift() ?? CLOSES);
      },
      () => {},
    );
    const passing = auditor.pass();
    const asking = auditor.audit(audit, caller);
    await Promise.all([
      expect(passing).rejects.toMatchObject({ details: { problem: "its thread died of RangeError: out of it" } }),
      expect(asking).rejects.toHaveCode("AuditorUnavailable"),
    ]);
    expect(await auditor.pass()).toEqual(SUMMARY);
    expect(started).toBe(2);
    await auditor.close();
    await expect(auditor.pass()).rejects.toHaveCode("AuditorUnavailable");
  });

  it("a pass that it does not come to, as it was told to end, was ended and did not fail", async () => {
    const auditor = threadedAuditor(
      () => thread(CLOSES),
      () => {},
    );
    const ended = expect(auditor.pass()).rejects.toMatchObject({ name: "AbortError" });
    const asking = expect(auditor.audit(audit, caller)).rejects.toHaveCode("AuditorUnavailable");
    await auditor.close();
    await Promise.all([ended, asking]);
  });

  it("hands on what it has to say", async () => {
    const said: string[] = [];
    const auditor = threadedAuditor(
      () => thread(`${CLOSES} port.postMessage({ of: "warning", text: "odd" }); ${ANSWERS}`),
      (text) => void said.push(text),
    );
    await auditor.pass();
    expect(said).toEqual(["odd"]);
    await auditor.close();
  });
});
