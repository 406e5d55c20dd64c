import { findTraces } from "../../../packages/core/src/text/secrets/index.ts";
import { FEATURE_PROBES, type ModuleFacts, type ModuleReading, readModule } from "../../../packages/core/src/wasm/index.ts";
import { entriesOf, ownFile, sharedFiles } from "../corpus.ts";
import { ACCEPTED, Broken, mustEqual, type Outcome, refusedWith, type Target } from "../target.ts";
import { mutateModule } from "../wasm.ts";

/** Limits of ours that an engine may not have (spec 4.5): the smallest of all engines holds, so that a verdict is the same everywhere. */
const LIMIT = /\bmore than [0-9]+ /;
/** Cost up to which a mutated module is compiled to hear what the engine lists of it: T24 is real in here, too. */
const MAX_COMPILED_COST = 2 ** 16;

/** Spec 4.4, 4.5: nothing is thrown; what the engine takes is read, or refused for a feature or limit by name. */
export const wasm: Target = {
  name: "wasm",
  seeds: async (root) => ({
    good: [
      ownFile(root, "examples/echo-http/echo.wasm"),
      ...Object.values(FEATURE_PROBES).map((hex) => new Uint8Array(Buffer.from(hex, "hex"))),
      ...sharedFiles(root, "conformance/fuel/modules", ".wasm"),
    ],
    bad: entriesOf(sharedFiles(root, "conformance/audit", ".palyra-skill"), ".wasm"),
  }),
  make: mutateModule,
  check,
};

function check(input: Uint8Array): Outcome {
  const reading = readModule(input);
  mustEqual("a second reading is the same", readModule(input), reading);
  const elsewhere = new Uint8Array(input.length + 6).fill(0xaa);
  elsewhere.set(input, 3);
  mustEqual("bytes around it do not matter", readModule(elsewhere.subarray(3, 3 + input.length)), reading);
  const valid = WebAssembly.validate(new Uint8Array(input));
  if (!reading.ok) {
    checkRefusal(reading, valid, input.length);
    return refusedWith(reading.feature ?? reading.problem.replace(/[0-9]+/g, "N"));
  }
  checkFacts(reading.facts, input.length);
  checkReach(reading);
  checkTraces(input, reading.facts);
  const { cost, burden } = reading.facts;
  if (valid && cost.module + burden.module <= MAX_COMPILED_COST)
    checkAgainstEngine(reading.facts, new WebAssembly.Module(new Uint8Array(input)));
  return valid ? ACCEPTED : refusedWith("(types, or a feature that the engine lacks)");
}

function checkRefusal({ problem, offset, feature }: ModuleReading & { ok: false }, valid: boolean, size: number): void {
  if (valid && feature === undefined && !LIMIT.test(problem))
    throw new Broken("what the engine takes is read, or a feature is named", problem);
  if (offset < 0 || offset > size) throw new Broken("a problem lies in the module", { problem, offset });
}

function checkFacts(facts: ModuleFacts, size: number): void {
  for (const sum of [facts.cost, facts.burden]) {
    if (!(sum.worstFunction >= 0 && sum.worstFunction <= sum.module && Number.isSafeInteger(sum.module)))
      throw new Broken("a cost is a number", sum);
  }
  const offsets = [
    ...facts.features.values(),
    ...[...facts.imports, ...facts.exports, ...facts.customSections].map(({ offset }) => offset),
  ];
  if (offsets.some((offset) => offset < 0 || offset >= size) || facts.size !== size)
    throw new Broken("facts lie in the module", offsets);
}

/** What a function can reach, some export can; and only functions are called. */
function checkReach({ facts, calls }: ModuleReading & { ok: true }): void {
  const { imports, paths } = calls.fromExports();
  if ([...imports].some((position) => facts.imports[position]?.kind !== "function"))
    throw new Broken("only functions are called", [...imports]);
  for (const path of paths.values()) if (path.length < 1 || path.length > 8) throw new Broken("a path is bounded", path);
  for (const { kind, index } of facts.exports.slice(0, 5)) {
    if (kind !== "function") continue;
    const wider = [...calls.fromFunction(index).imports].filter((position) => !imports.has(position));
    if (wider.length > 0) throw new Broken("what an export can reach, the exports can", wider);
  }
}

/** Whatever the bytes are, places lie in them, and nothing is shown but what may be. */
function checkTraces(input: Uint8Array, { data }: ModuleFacts): void {
  const { secrets, paths, contents } = findTraces(input);
  for (const { offset, redacted } of secrets)
    if (offset < 0 || offset >= input.length || redacted.length > 100)
      throw new Broken("a secret has its place", { offset, redacted });
  for (const { offset } of [...paths, ...contents])
    if (offset < 0 || offset >= input.length) throw new Broken("a trace has its place", offset);
  for (const [index, start] of data.starts.entries()) {
    const end = data.ends[index] ?? 0;
    if (end < start || end > input.length) throw new Broken("data lie in the module", { start, end });
  }
}

function checkAgainstEngine(facts: ModuleFacts, module: WebAssembly.Module): void {
  mustEqual(
    "the engine lists the same imports",
    facts.imports.map(({ module: from, name, kind }) => ({ module: from, name, kind })),
    WebAssembly.Module.imports(module).map(({ module: from, name, kind }) => ({ module: from, name, kind })),
  );
  mustEqual(
    "the engine lists the same exports",
    facts.exports.map(({ name, kind }) => ({ name, kind })),
    WebAssembly.Module.exports(module).map(({ name, kind }) => ({ name, kind })),
  );
}
