// The audit of an opened artifact over the engine's own validation of the same module.

import { nodePlatform } from "palyra";
import { buildArtifact } from "palyra-skills";
import { auditSkill, DEFAULT_POLICY } from "palyra-skills/audit";
import { decideTrust, EMPTY_TRUST_STORE } from "palyra-skills/trust";
import { SHAPES } from "../hostile.mjs";
import { buildInput, modules } from "../inputs.mjs";
import { pairs } from "../measure.mjs";

export async function run() {
  const rows = [];
  const MEGABYTE = 1024 * 1024;
  // All code, of several sizes: of what has no code the engine's validation looks at nothing, and no ratio to it says anything.
  const made = ["straight code", "calls", "calls through tables"].flatMap((shape) =>
    [1, 8].map((size) => ({ name: `${shape}, ${size} MB`, bytes: SHAPES[shape](size * MEGABYTE - 4096) })),
  );
  for (const { name, bytes } of [...modules, ...made]) {
    const { artifact } = await buildArtifact(buildInput([{ path: "m.wasm", bytes }]), nodePlatform);
    const trusted = decideTrust(artifact, EMPTY_TRUST_STORE, { allowFirstUse: true });
    const policy = { ...DEFAULT_POLICY, max_module_bytes: 64 * 1024 * 1024 };
    const audit = () => auditSkill(trusted, { policy, platform: nodePlatform, now: 0 });
    const result = await pairs(audit, () => WebAssembly.validate(bytes), { samples: bytes.length > 5e6 ? 7 : 15 });
    rows.push({ what: `audit, ${name}`, floor: "WebAssembly.validate", ...result, limit: 8 });
  }
  return rows;
}
