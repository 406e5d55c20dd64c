// A process of its own that runs one tool as those do that live long, says so, and is killed: `one-run.mjs <root> <sandbox program>`.
import { compose, LONG_LIVED } from "../../src/entry/compose.ts";
import { openSandboxPool } from "../../src/execution/index.ts";
import { openRunner } from "../../src/operations/shared/runner.ts";
import { newCall } from "../lifecycle/parts.ts";

const [root = "", program = ""] = process.argv.slice(2);
const env = { HOME: root, PALYRA_STATE_ROOT: `${root}/state`, PALYRA_VAULT_BACKEND: "encrypted_file" };
const runner = await openRunner(compose({}, env, undefined, LONG_LIVED), {
  openPool: () => openSandboxPool({ program, idle: 0 }),
  now: () => Date.now(),
});
const input = new TextEncoder().encode('{"text":"hi"}');
const request = { tool: "acme.echo.say", input, surface: "library", session: "s1" } as const;
const { receipt } = await runner.run(request, { ...newCall("user:local"), now: Date.now() });
process.stdout.write(`${receipt.receipt_id}\n`, () => process.kill(process.pid, "SIGKILL"));
