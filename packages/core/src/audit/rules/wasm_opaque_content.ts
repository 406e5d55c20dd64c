import { classifyImport, type ImportClass, reachedClasses } from "../../capability/index.ts";
import type { Finding } from "../finding.ts";
import { type CountParameter, countOf } from "../parameter.ts";
import { findings, moduleRule, pass } from "../rule.ts";
import type { FileTraces, ReadModule } from "../subject.ts";
import { MIN_DENSE_BYTES } from "../traces.ts";
import { inBytes, named, quoted, shortened } from "../wording.ts";

const ID = "wasm_opaque_content";
const MIN_DENSE: CountParameter = {
  kind: "count",
  default: 65_536,
  unit: "bytes",
  meaning: "The shortest part of a module's data that is told when it is encrypted, compressed or in base 64.",
  min: MIN_DENSE_BYTES,
};

/** Notes for a person: each has good reasons in programs that are no danger to anybody, so none fails by default. */
export const wasmOpaqueContent = moduleRule({
  id: ID,
  severity: "warning",
  asks: "Does a module hold, or do, what a reader of it cannot see?",
  why: "A second program, an interpreter or encrypted data inside a module do what no look at the module shows; a call through a table hides who calls what.",
  references: ["CWE-506", "CWE-656"],
  advice: "Ask the publisher what it is for; build from source and compare.",
  parameters: { min_dense_bytes: MIN_DENSE },
  example: {
    flagged: '(data (i32.const 1024) "\\00asm\\01\\00\\00\\00…")  ;; a module inside a module',
    passes: '(data (i32.const 1024) "\\00asm is how a module begins")',
  },
  check: (module, { traces, policy }) => {
    const { path } = module;
    const least = countOf(policy, ID, "min_dense_bytes", MIN_DENSE);
    const found = [
      ...contentFindings(
        path,
        traces.find((file) => file.path === path),
        least,
      ),
      ...tableFindings(module),
      ...startFindings(module),
    ];
    if (found.length === 0)
      return [pass(`${quoted(path)} holds nothing that a reader of it could not see.`, { module_path: path })];
    const message = `For a person to look at in ${quoted(path)}: ${named(found, ({ message: each }) => each, " ")}`;
    return [findings(message, found, { module_path: path })];
  },
});

function contentFindings(file: string, traces: FileTraces | undefined, least: number): Finding[] {
  if (traces === undefined) return [];
  // The module's own first bytes are no second module.
  const inside = traces.contents.filter(({ offset }) => offset > 0);
  const dense = traces.dense.filter(({ length }) => length >= least);
  return [
    ...inside.map(({ code, called, offset }): Finding => {
      const message = `It seems to carry ${called} inside, at byte ${offset}.`;
      return { code, status: "warn", message, place: { file, offset }, quote: called };
    }),
    ...dense.map(({ kind, offset, length }): Finding => {
      const how = kind === "dense" ? "encrypted or compressed" : "in base 64";
      const message = `${inBytes(length)} of its data, from byte ${offset} on, look ${how}.`;
      return { code: `${kind}_data`, status: "warn", message, place: { file, offset }, quote: inBytes(length) };
    }),
  ];
}

/** Classes of imports that give no power, or that no host gives (`wasm_imports_declared`). */
const HARMLESS: ReadonlySet<ImportClass> = new Set(["basic", "handles", "not_provided"]);

/** Imports that are called through tables alone: which call it is, only a run shows. */
const tableFindings = ({ path, facts }: ReadModule): Finding[] =>
  facts.importsInTables.flatMap((position) => {
    const fact = facts.imports[position];
    if (fact === undefined || HARMLESS.has(classifyImport(fact).class)) return [];
    const name = `${shortened(fact.module)}.${shortened(fact.name)}`;
    const message = `The import ${quoted(name)} stands in a table and is called by no name.`;
    return [
      { code: "import_in_table", status: "warn", message, place: { file: path, offset: fact.offset }, quote: name } as const,
    ];
  });

/** What happens at the start happens before any tool is called, and at each call of every tool. */
function startFindings({ path, facts, reach }: ReadModule): Finding[] {
  if (reach.fromStart === undefined) return [];
  const classes = reachedClasses(facts.imports, reach.fromStart.imports).filter((of) => !HARMLESS.has(of));
  if (classes.length === 0) return [];
  const message = `Its start function, which runs before any tool is called, can reach imports of the classes ${classes.join(", ")}.`;
  return [{ code: "start_reaches_host", status: "warn", message, place: { file: path }, quote: classes.join(", ") }];
}
