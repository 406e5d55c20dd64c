import { newTable, type TomlArray, type TomlKey, type TomlNode, type TomlTable } from "./node.ts";

/** Told of a key or table that is there already: the table it is in, its key, and where. */
export type ReportTwice = (table: TomlTable, key: TomlKey) => void;

/**
 * TOML's rules on what may be defined where. Each table is defined once: by a header, by dotted keys of one body, or
 * inline; each key once. A second definition is reported, and goes into a table that belongs to nothing, so that
 * reading goes on.
 */
export class Tables {
  readonly root = newTable("root", 0, 0);
  readonly #twice: ReportTwice;

  constructor(twice: ReportTwice) {
    this.#twice = twice;
  }

  /** `[a.b]`: the table that the statements below it fill. */
  open(keys: readonly TomlKey[], start: number, end: number): TomlTable {
    const table = newTable("header", start, end);
    const [parent, key] = this.#parent(keys);
    if (parent === undefined || key === undefined) return table;
    const found = parent.members.get(key.name)?.node;
    if (found === undefined) parent.members.set(key.name, { key, node: table });
    else if (found.kind === "table" && found.origin === "implicit") return Object.assign(found, { origin: "header", start, end });
    else this.#twice(parent, key);
    return table;
  }

  /** `[[a.b]]`: a further element of an array of tables. */
  append(keys: readonly TomlKey[], start: number, end: number): TomlTable {
    const table = newTable("header", start, end);
    const [parent, key] = this.#parent(keys);
    if (parent === undefined || key === undefined) return table;
    const found = parent.members.get(key.name)?.node;
    if (found === undefined) {
      const array: TomlArray = { kind: "array", start, end, items: [table], ofTables: true };
      parent.members.set(key.name, { key, node: array });
    } else if (found.kind === "array" && found.ofTables) found.items.push(table);
    else this.#twice(parent, key);
    return table;
  }

  /** `a.b = value` in the body of a table. */
  assign(body: TomlTable, keys: readonly TomlKey[], node: TomlNode): void {
    let table = body;
    for (const [index, key] of keys.entries()) {
      const found = table.members.get(key.name)?.node;
      if (index === keys.length - 1 && found === undefined) table.members.set(key.name, { key, node });
      else if (index === keys.length - 1) this.#twice(table, key);
      else if (found === undefined) {
        const next = newTable("dotted", key.start, key.end);
        table.members.set(key.name, { key, node: next });
        table = next;
      } else if (found.kind === "table" && found.origin === "dotted") table = found;
      else {
        this.#twice(table, key);
        return;
      }
    }
  }

  /** The table that a header's last key is in, and that key. */
  #parent(keys: readonly TomlKey[]): [TomlTable | undefined, TomlKey | undefined] {
    let table = this.root;
    for (const key of keys.slice(0, -1)) {
      const found = table.members.get(key.name)?.node;
      // A written array's tables are inline, and closed.
      const last = found?.kind === "array" ? found.items.at(-1) : found;
      if (found === undefined) {
        const next = newTable("implicit", key.start, key.end);
        table.members.set(key.name, { key, node: next });
        table = next;
      } else if (last?.kind === "table" && last.origin !== "inline") table = last;
      else {
        this.#twice(table, key);
        return [undefined, undefined];
      }
    }
    return [table, keys.at(-1)];
  }
}
