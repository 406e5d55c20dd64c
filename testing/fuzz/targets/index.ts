import type { Target } from "../target.ts";
import { archive } from "./archive.ts";
import { artifact } from "./artifact.ts";
import { json } from "./json.ts";
import { manifest } from "./manifest.ts";
import { metering } from "./metering.ts";
import { signature } from "./signature.ts";
import { statement } from "./statement.ts";
import { toml } from "./toml.ts";
import { trust } from "./trust.ts";
import { wasm } from "./wasm.ts";

/** Every reader that meets bytes of strangers. */
export const TARGETS: readonly Target[] = [archive, toml, manifest, json, signature, statement, trust, wasm, metering, artifact];
