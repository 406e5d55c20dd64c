/** TOML 1.0 as a tree with places (decision 3): the form of manifests, and of some lock files. */
export type { TomlInteger, TomlKey, TomlNode, TomlTable } from "./node.ts";
export { MAX_DEPTH, MAX_VALUES, readTree, type TomlReport, type TomlStatement, type TomlTree } from "./read.ts";
