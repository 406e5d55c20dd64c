/**
 * A process that runs one tool again and again: `starts.mjs <plan as JSON>`. It writes `begun` once a third of its attempts are behind it and
 * its held call is under way, waits on stdin for whatever is decided meanwhile, and writes last what came of its attempts, as JSON.
 */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { compose } from "../../src/entry/compose.ts";
import { openSandboxPool, type RunToolOptions } from "../../src/execution/index.ts";
import { openRunner } from "../../src/operations/shared/runner.ts";

export interface StartsPlan {
  readonly stateRoot: string;
  readonly env: { readonly [name: string]: string };
  /** Of the sandbox. */
  readonly program: string;
  readonly attempts: number;
  /** Attempts at once. */
  readonly lanes: number;
  /** What its held call does: computes, sleeps, or waits for a person. */
  readonly held: "spin" | "nap" | "ask";
  /** Milliseconds, as a daemon has them: so often heads are kept. */
  readonly headsEveryMs: number;
}

export interface StartsResult {
  /** Of every call that was answered. */
  readonly receipts: readonly string[];
  /** Outcomes, and codes of refusals. */
  readonly came: { readonly [outcome: string]: number };
  readonly heldCame: string;
}

const plan: StartsPlan = JSON.parse(process.argv[2] ?? "{}");
const longLived = { headsEveryMs: plan.headsEveryMs };
const services = compose({ stateRoot: plan.stateRoot }, plan.env, undefined, longLived);
const runner = await openRunner(services, {
  openPool: () => openSandboxPool({ program: plan.program, most: plan.lanes + 1 }),
  now: () => Date.now(),
});
const decided = once(process.stdin, "data");
const receipts: string[] = [];
const came: { [outcome: string]: number } = {};

async function attempt(input: object, options: RunToolOptions): Promise<string> {
  const { settings } = services;
  const request = { tool: "acme.echo.say", surface: "library", session: `p${process.pid}`, input: bytesOf(input) } as const;
  const call = {
    now: Date.now(),
    principal: settings.principal.value,
    deviceId: settings.deviceId.value,
    channel: null,
    signal: new AbortController().signal,
    progress: () => {},
    warn: () => {},
  };
  try {
    const { outcome, receipt } = await runner.run(request, call, options);
    receipts.push(receipt.receipt_id);
    return outcome.kind === "Ok" ? "Ok" : `${outcome.kind} ${String(outcome.details["fault"])}`;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}
const bytesOf = (input: object): Uint8Array => new TextEncoder().encode(JSON.stringify(input));

/** One that is under way while the decision falls: begun when a third of the attempts are behind, so that it is not over before. */
function hold(): Promise<string> {
  const begun = (): void => void process.stdout.write("begun\n");
  const ask = async () => {
    begun();
    await decided;
    return "once" as const;
  };
  return attempt({ [plan.held]: 1 }, { onStep: (step) => step === "started" && begun(), ask });
}

let left = plan.attempts;
const third = Math.ceil((plan.attempts * 2) / 3);
let held: Promise<string> | undefined;
async function lane(): Promise<void> {
  while (left > 0) {
    left -= 1;
    if (left === third) held = hold();
    // A person who thinks for a moment, where one is asked.
    const ask = async () => {
      await sleep(Math.random() * 20);
      return "once" as const;
    };
    const outcome = await attempt({ text: "hi" }, { ask });
    came[outcome] = (came[outcome] ?? 0) + 1;
  }
}
await Promise.all(Array.from({ length: plan.lanes }, lane));
const heldCame = String(await held);
await runner.close();
await services.close();
const result: StartsResult = { receipts, came, heldCame };
process.stdout.write(`${JSON.stringify(result)}\n`);
process.stdin.destroy();
