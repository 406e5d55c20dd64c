import type { Output } from "../cli/host.ts";

/**
 * What Node warns of, in the words of this command. That a part of Node is young, as the X25519 of Node 20 is, its users need not know, and
 * it would stand beside an error document (D16). `PALYRA_DEBUG=1`, and Node's own switches, leave it as Node says it.
 */
export function tameWarnings(stderr: Output): void {
  if (process.env["PALYRA_DEBUG"] === "1" || process.listenerCount("warning") === 0) return;
  process.removeAllListeners("warning");
  process.on("warning", ({ name, message }) => {
    if (name !== "ExperimentalWarning") stderr.write(`warning: ${message}\n`);
  });
}
