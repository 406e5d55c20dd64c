import { fromHex } from "../encoding/index.ts";
import type { Platform } from "../platform/index.ts";
import type { Feature, ModuleFacts } from "./facts.ts";

/** Each feature that a module is seen to use, with the offset of its first use. */
export class FeatureUse {
  readonly used = new Map<Feature, number>();

  note(feature: Feature, offset: number): void {
    if (!this.used.has(feature)) this.used.set(feature, offset);
  }
}

/** Small valid modules in hex, one for each feature: an engine that refuses it lacks the feature (spec 4.5). */
export const FEATURE_PROBES: { readonly [Name in Feature]: string } = {
  mutable_globals: "0061736d010000000206010000037f01",
  sign_extension: "0061736d01000000010401600000030201000a080106004100c01a0b",
  saturating_conversions: "0061736d01000000010401600000030201000a0c010a004300000000fc001a0b",
  multi_value: "0061736d010000000106016000027f7f030201000a08010600410041000b",
  bulk_memory: "0061736d010000000104016000000302010005030100000a0d010b00410041004100fc0b000b",
  reference_tables: "0061736d01000000010401600000030201000407027000007000000a08010600fc10011a0b",
  simd: "0061736d01000000010401600000030201000a090107004100fd0f1a0b",
  relaxed_simd: "0061736d0100000001050160017b00030201000a0c010a0020002000fd80021a0b",
  tail_calls: "0061736d01000000010401600000030201000a0601040012000b",
  several_memories: "0061736d0100000005050200000000",
  memory64: "0061736d010000000503010400",
  table64: "0061736d01000000040401700400",
  extended_constants: "0061736d010000000609017f00410041006a0b",
};

/** What each platform has answered, or is about to. */
const answers = new WeakMap<Platform, Map<Feature, Promise<boolean>>>();

/** The features that a module uses and this platform's engine lacks, in the order of their first use. Each is asked for once. */
export async function missingFeatures(facts: Pick<ModuleFacts, "features">, platform: Platform): Promise<Feature[]> {
  const missing: Feature[] = [];
  for (const feature of facts.features.keys()) {
    if (!(await hasFeature(feature, platform))) missing.push(feature);
  }
  return missing;
}

/** The same of an engine that answers at once. */
export const lackedFeatures = (
  { features }: Pick<ModuleFacts, "features">,
  validates: (module: Uint8Array<ArrayBuffer>) => boolean,
): Feature[] => [...features.keys()].filter((feature) => !validates(probeOf(feature)));

function hasFeature(feature: Feature, platform: Platform): Promise<boolean> {
  const known = answers.get(platform) ?? new Map<Feature, Promise<boolean>>();
  answers.set(platform, known);
  const answer = known.get(feature) ?? platform.validateModule(probeOf(feature));
  known.set(feature, answer);
  return answer;
}

const probeOf = (feature: Feature): Uint8Array<ArrayBuffer> => Uint8Array.from(fromHex(FEATURE_PROBES[feature]) ?? []);
