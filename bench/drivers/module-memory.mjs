// `node --expose-gc module-memory.mjs FILE`: milliseconds and megabytes that the audit of an artifact takes beyond the opened artifact (Linux).
import { readFileSync, writeFileSync } from "node:fs";
import { openArtifact } from "palyra-skills";
import { auditSkill, DEFAULT_POLICY } from "palyra-skills/audit";
import { webPlatform } from "palyra-skills/platform";
import { decideTrust, EMPTY_TRUST_STORE } from "palyra-skills/trust";

const [, , warm, file] = process.argv;
const kilobytes = (field) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
const policy = { ...DEFAULT_POLICY, max_module_bytes: 1e8 };

async function opened(path) {
  const artifact = await openArtifact(new Uint8Array(readFileSync(path)), webPlatform);
  return decideTrust(artifact, EMPTY_TRUST_STORE, { allowFirstUse: true });
}
const audit = (trusted) => auditSkill(trusted, { policy, platform: webPlatform, now: 0 });

await audit(await opened(warm));
const trusted = await opened(file);
globalThis.gc();
await new Promise((resolve) => setTimeout(resolve, 50));
globalThis.gc();
// Forgets the highest so far.
writeFileSync("/proc/self/clear_refs", "5");
const before = kilobytes("VmRSS");
const started = performance.now();
await audit(trusted);
const ms = performance.now() - started;
process.stdout.write(JSON.stringify({ ms, megabytes: (kilobytes("VmHWM") - before) / 1024 }));
