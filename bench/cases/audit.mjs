// The audit of an opened artifact over the engine's own validation of the same module.

import { nodePlatform } from "palyra";
import { buildArtifact } from "palyra-skills";
import { auditSkill, DEFAULT_POLICY } from "palyra-skills/audit";
import { decideTrust, EMPTY_TRUST_STORE } from "palyra-skills/trust";
import { buildInput, modules } from "../inputs.mjs";
import { pairs } from "../measure.mjs";

export async function run() {
  const rows = [];
  for (const { name, bytes } of modules) {
    const { artifact } = await buildArtifact(buildInput([{ path: "m.wasm", bytes }]), nodePlatform);
    const trusted = decideTrust(artifact, EMPTY_TRUST_STORE, { allowFirstUse: true });
    const policy = { ...DEFAULT_POLICY, max_module_bytes: 64 * 1024 * 1024 };
    const audit = () => auditSkill(trusted, { policy, platform: nodePlatform, now: 0 });
    const result = await pairs(audit, () => WebAssembly.validate(bytes), { samples: bytes.length > 5e6 ? 7 : 15 });
    rows.push({ what: `audit, ${name}`, floor: "WebAssembly.validate", ...result, limit: 8 });
  }
  return rows;
}
