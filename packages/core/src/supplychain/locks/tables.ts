/** Lock files in TOML: a list of `[[package]]` each. */
import { readTree, type TomlNode, type TomlTable } from "../../toml/index.ts";
import { LockFault } from "./lock.ts";

/** The root of a TOML text; what is defined twice or out of range ends it, as in a manifest. */
export function readTables(text: string): TomlTable {
  let fault: LockFault | undefined;
  const { tree, stop } = readTree(text, {
    range: (node, problem) => {
      fault ??= new LockFault(`it is no TOML: ${problem}`, node.start);
    },
    twice: (_, key) => {
      fault ??= new LockFault("it is no TOML: defined twice", key.start);
    },
  });
  if (stop !== undefined) throw new LockFault(`it is no TOML: ${stop.problem}`, stop.offset);
  if (fault !== undefined) throw fault;
  return tree.root;
}

export function packageTables(root: TomlTable): readonly TomlTable[] {
  const list = root.members.get("package")?.node;
  if (list !== undefined && list.kind !== "array") throw new LockFault("`package` is no list of tables", list.start);
  return (list?.items ?? []).flatMap((item) => tableOf(item) ?? []);
}

export const tableOf = (node: TomlNode | undefined): TomlTable | undefined => (node?.kind === "table" ? node : undefined);

export const itemsAt = ({ members }: TomlTable, key: string): readonly TomlNode[] => {
  const node = members.get(key)?.node;
  return node?.kind === "array" ? node.items : [];
};

/** A text that says something. */
export function textAt({ members }: TomlTable, key: string): string | undefined {
  const node = members.get(key)?.node;
  return node?.kind === "string" && node.value !== "" ? node.value : undefined;
}

/** What every package of such a list has. */
export function identityOf(table: TomlTable): { readonly name: string; readonly version: string; readonly offset: number } {
  const [name, version] = [textAt(table, "name"), textAt(table, "version")];
  if (name === undefined) throw new LockFault("a package has no `name`", table.start);
  return { name, version: version ?? "", offset: table.start };
}
