// Our own implementation as a process of the protocol, without the command line around it.
import { serve } from "../../src/conformance/index.ts";
import { nodePlatform } from "../../src/platform/index.ts";

const write = (line: string): Promise<void> => new Promise((resolve) => process.stdout.write(line, () => resolve()));
await serve(process.stdin, write, { platform: nodePlatform, now: () => Date.now() });
