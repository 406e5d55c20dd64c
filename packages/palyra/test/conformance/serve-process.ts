// Our own implementation as a process of the protocol, without the command line around it; op `sandbox` with the program that is named.
import { serve } from "../../src/conformance/index.ts";
import { openSandboxPool } from "../../src/execution/pool/index.ts";
import { nodePlatform } from "../../src/platform/index.ts";

const [, , program] = process.argv;
const write = (line: string): Promise<void> => new Promise((resolve) => process.stdout.write(line, () => resolve()));
const pool = program === undefined ? undefined : openSandboxPool({ program });
await serve(process.stdin, write, {
  platform: nodePlatform,
  now: () => Date.now(),
  ...(pool === undefined ? {} : { sandbox: () => pool }),
});
await pool?.close();
