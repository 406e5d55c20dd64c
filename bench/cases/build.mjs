// Building an artifact over deflating the same bytes with the same deflater.
import { deflateSync } from "fflate";
import { nodePlatform } from "palyra";
import { buildArtifact } from "palyra-skills";
import { buildInput, compressible, modules } from "../inputs.mjs";
import { pairs } from "../measure.mjs";

export async function run() {
  const module = modules[1].bytes;
  const asset = compressible(8_000_000 - module.length);
  const input = buildInput([{ path: "m.wasm", bytes: module }], [{ path: "data.bin", bytes: asset }]);
  const floor = () => [deflateSync(module), deflateSync(asset)];
  return [
    {
      what: "build, 8 MB",
      floor: "fflate deflate of the same bytes",
      ...(await pairs(() => buildArtifact(input, nodePlatform), floor, { samples: 7, warmup: 1 })),
      limit: 1.2,
    },
  ];
}
