import loadWabt from "wabt";

let loaded: ReturnType<typeof loadWabt> | undefined;

/** Beyond the defaults of the assembler. */
const FEATURES = {
  simd: true,
  multi_memory: true,
  bulk_memory: true,
  reference_types: true,
  tail_call: true,
  memory64: true,
  extended_const: true,
  relaxed_simd: true,
  annotations: true,
  threads: true,
};

/** A module of its text form. */
export async function assemble(wat: string): Promise<Uint8Array> {
  loaded ??= loadWabt();
  const module = (await loaded).parseWat("test.wat", wat, FEATURES);
  try {
    return Uint8Array.from(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}
