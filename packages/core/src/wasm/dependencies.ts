import { type JsonReader, readJson } from "../encoding/index.ts";

/** One package that an auditable build of Rust lists in `.dep-v0` (github.com/rust-secure-code/cargo-auditable). */
export interface Dependency {
  readonly name: string;
  readonly version: string;
  /** `crates.io`, `git`, `local`, `registry`, or what the tool says. */
  readonly source: string;
  /** `build`: it only helped to build; else part of the program. */
  readonly kind: "runtime" | "build";
  /** The package that was built. */
  readonly root?: true;
}

/** Bytes of the list once inflated: real ones have a few thousand. */
export const MAX_AUDITABLE_BYTES = 2 * 1024 * 1024;
/** Packages of one list. */
const MAX_DEPENDENCIES = 10_000;

/** The packages of the inflated list, in its order; undefined where it is none. Fields that are not known say nothing. */
export function readDependencies(json: Uint8Array): readonly Dependency[] | undefined {
  const result = readJson(json, (root) => root.object().required("packages").array(readPackage));
  return result.ok && result.value.length <= MAX_DEPENDENCIES ? result.value : undefined;
}

function readPackage(value: JsonReader): Dependency {
  const fields = value.object();
  const text = (each: JsonReader): string => each.string();
  const kind = fields.optional("kind", text) === "build" ? "build" : "runtime";
  const root = fields.optional("root", (each) => each.boolean()) === true;
  return {
    name: fields.required("name").string(),
    version: fields.required("version").string(),
    source: fields.required("source").string(),
    kind,
    ...(root ? { root } : {}),
  };
}
