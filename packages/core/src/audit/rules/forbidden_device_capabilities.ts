import { finding, manifestRule, pass } from "../rule.ts";
import { listed, named, quoted } from "../wording.ts";

export const forbiddenDeviceCapabilities = manifestRule({
  id: "forbidden_device_capabilities",
  severity: "error",
  asks: "Does the skill ask for devices, which the policy does not allow?",
  why: "A camera, a microphone or a location is worth more to a thief than what most tools do for their user.",
  references: [],
  advice: "Remove `capabilities.device_capabilities`, or allow them: `allow_device_capabilities` in the audit policy.",
  example: {
    flagged: '[capabilities]\ndevice_capabilities = ["camera.read"]',
    passes: '# with "allow_device_capabilities": true in the audit policy, or\n[capabilities]\ndevice_capabilities = []',
  },
  check: ({ manifest, policy }) => {
    const device_capabilities = manifest.capabilities.device_capabilities;
    const { allow_device_capabilities } = policy;
    const devices = listed({ device_capabilities });
    const details = { ...devices, allow_device_capabilities };
    if (device_capabilities.length === 0) return [pass("Asks for no device.", details)];
    const asked = named(device_capabilities, quoted, ", ");
    if (allow_device_capabilities) return [pass(`Asks for devices, which the policy allows: ${asked}.`, details)];
    return [
      finding(
        "fail",
        `The manifest asks for devices (${asked}), and the policy allows none. Remove them from ` +
          "`capabilities.device_capabilities`, or set `allow_device_capabilities` in the audit policy.",
        devices,
      ),
    ];
  },
});
