/** How the socket stops (spec 8). */
import { Agent, request } from "node:http";
import { expect, it } from "vitest";
import { listen } from "../../src/http/server.ts";

it("answers what runs, and waits for no connection that its peer keeps alive after that", async () => {
  const listener = await listen({ address: "127.0.0.1", port: 0 });
  let come = () => {};
  const came = new Promise<void>((resolve) => {
    come = resolve;
  });
  listener.answerBy((_, response) => {
    come();
    setTimeout(() => response.end("answered"), 100);
  });
  const agent = new Agent({ keepAlive: true });
  const answer = new Promise<string>((resolve, reject) => {
    const asked = request(listener.url, { agent }, (response) => {
      let text = "";
      response.on("data", (data) => {
        text += data;
      });
      response.on("end", () => resolve(text));
    });
    asked.on("error", reject);
    asked.end();
  });
  await came;
  const started = performance.now();
  await listener.stop(120_000);
  expect(await answer).toBe("answered");
  expect(performance.now() - started).toBeLessThan(60_000);
  agent.destroy();
});
