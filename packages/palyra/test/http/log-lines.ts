/** Says three lines, and then what its word names: `waits`, `fails` or `ends`; or one more and its end, once stdin has ended: `goes`, or `breaks` by a fault. */
import { createLog } from "../../src/http/index.ts";

const [, , then = ""] = process.argv;
const { log, flush } = createLog();
for (const line of ["one", "two", "three"]) log.info({ line }, "said");
if (then === "fails") throw new Error("it fails");
if (then === "ends") process.exit(3);
// Until somebody ends it.
process.stdin.resume();
if (then === "breaks")
  process.stdin.once("end", () => {
    log.info({ line: "four" }, "said");
    throw new Error("it breaks");
  });
if (then === "goes")
  process.stdin.once("end", async () => {
    log.info({ line: "four" }, "said");
    await flush();
    process.exit(3);
  });
