import type { VerifiedArtifact } from "palyra-skills/artifact";
import { moduleOfTool } from "palyra-skills/audit";

/** Bytes: the magic number and the version that every WebAssembly module begins with. */
const MODULE_START = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Modules that are none, each as a remark: they can be packed, and every audit fails them. What else is wrong says the audit. */
export function notModuleRemarks({ archive }: VerifiedArtifact): readonly string[] {
  return archive.entries
    .filter(({ path }) => path.startsWith("modules/") && path.endsWith(".wasm"))
    .filter(({ bytes }) => MODULE_START.some((byte, at) => bytes[at] !== byte))
    .map(({ path }) => `${path} is no WebAssembly module: the audit fails it, so nobody can install this`);
}

/** Modules that tools would be run from and that were not packed, each as a remark; every install refuses such a skill (spec 10.4). */
export function toolModuleRemarks({ archive, manifest }: VerifiedArtifact): readonly string[] {
  const packed = archive.entries.map(({ path }) => path).filter((path) => path.startsWith("modules/") && path.endsWith(".wasm"));
  const modules = manifest.entrypoints.tools.map((tool) => moduleOfTool(tool, manifest, packed));
  const absent = [...new Set(modules)].filter((module) => !packed.includes(module));
  const wanted = manifest.operator.plugin.default_module_path === undefined ? "a tool's name" : "default_module_path";
  return absent.map(
    (module) => `there is no ${module}, which ${wanted} asks for, so nobody can install this; packed is ${packed.join(", ")}`,
  );
}
