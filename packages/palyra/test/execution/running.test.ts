import { setTimeout as sleep } from "node:timers/promises";
import { openArtifact } from "palyra-skills/artifact";
import { expect, it } from "vitest";
import { PalyraError } from "../../src/errors.ts";
import { RunningCalls } from "../../src/execution/index.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { newCall } from "../lifecycle/parts.ts";
import { skillBytes } from "../lifecycle/support.ts";

const artifact = await openArtifact(await skillBytes(), nodePlatform);

it("T33: what runs is looked after by one look at a time, whatever ends and begins while one is under way", async () => {
  const looks = { underWay: 0, most: 0, done: 0 };
  const slow = {
    chain: { decided: 0 },
    requireStillActive: async () => {
      looks.underWay += 1;
      looks.most = Math.max(looks.most, looks.underWay);
      await sleep(150);
      looks.underWay -= 1;
      looks.done += 1;
    },
  };
  const busy = async (): Promise<never> => {
    throw new PalyraError("LockTimeout", { file: "trust-store.json", waited_ms: 1 });
  };
  const running = new RunningCalls(slow, { decide: busy, trustMark: () => "" }, () => Date.now());
  const watch = () =>
    running.watch({
      skillId: "acme.echo",
      version: "1.0.0",
      artifact,
      call: newCall(),
      stop: () => {
        throw new Error("it may run");
      },
    });
  let end = watch();
  // Each time while a look is under way the last call ends, and another begins.
  for (let round = 0; round < 3; round += 1) {
    const before = looks.done;
    while (looks.underWay === 0) await sleep(5);
    end();
    end = watch();
    while (looks.done === before) await sleep(5);
  }
  while (looks.done <= 3) await sleep(5);
  end();
  expect(looks.most).toBe(1);
});
