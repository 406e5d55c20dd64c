import { compareUtf8 } from "../encoding/index.ts";
import type { TomlInteger, TomlNode, TomlTable } from "../toml/index.ts";
import type { Complaint, Faults } from "./faults.ts";

/**
 * What is wrong with a text, or nothing. Small functions over a node with its place, and not a schema library: a fault
 * needs the node (its line, its span), the one bigger piece, and the checks are one line each either way.
 */
export type Check = (text: string) => Complaint | undefined;

/** Reads the fields of one table. */
export type ReadTable<T> = (fields: Fields) => T;

const MAX_U32 = 2n ** 32n - 1n;
const MAX_U64 = 2n ** 64n - 1n;

/**
 * The fields of one table, read one by one. Whatever is wrong is told to `faults` and a stand-in is given, so that one
 * reading finds all faults; the result is thrown away when there are any. Keys that nobody asked for are unknown.
 *
 * Fields of a table that is not there answer as if all were absent, and report nothing: the missing table is one fault.
 */
export class Fields {
  readonly table: TomlTable | undefined;
  readonly faults: Faults;
  readonly #asked: string[] = [];
  #anyKey = false;

  private constructor(table: TomlTable | undefined, faults: Faults) {
    this.table = table;
    this.faults = faults;
  }

  /** Reads a whole table, unknown keys included. */
  static read<T>(table: TomlTable | undefined, faults: Faults, read: ReadTable<T>): T {
    const fields = new Fields(table, faults);
    const value = read(fields);
    fields.#refuseUnknown();
    return value;
  }

  /** The node of a field, which counts as known from now on; undefined where it is absent. */
  node(key: string): TomlNode | undefined {
    this.#asked.push(key);
    return this.table?.members.get(key)?.node;
  }

  /** As `node`; absent is a fault. */
  required(key: string, allowed: string): TomlNode | undefined {
    const node = this.node(key);
    if (node === undefined && this.table !== undefined) this.faults.missing(this.table, key, allowed);
    return node;
  }

  text(key: string, check?: Check): string {
    const node = this.required(key, "a string");
    return node === undefined ? "" : (this.#text(node, check) ?? "");
  }

  optionalText(key: string, check?: Check): string | undefined {
    const node = this.node(key);
    return node === undefined ? undefined : this.#text(node, check);
  }

  /** An array of strings; absent is empty. */
  texts(key: string, check?: Check): readonly string[] {
    return this.#items(this.node(key), "an array of strings").flatMap((item) => this.#text(item, check) ?? []);
  }

  /** One of a list of words; any other is a fault of parsing (spec 2). */
  word<T extends string>(key: string, words: readonly T[], check?: Check): T | undefined {
    const node = this.required(key, words.join(" | "));
    if (node === undefined) return undefined;
    const text = this.#text(node, check);
    const word = words.find((one) => one === text);
    if (text !== undefined && word === undefined) this.wrong(node, "unknown word", words.join(" | "));
    return word;
  }

  /** Which of two names of one field is used; both at once is a fault of parsing. */
  oneName(name: string, alias: string): string {
    const other = this.table?.members.get(alias);
    this.#asked.push(name, alias);
    if (this.table === undefined || other === undefined) return name;
    if (!this.table.members.has(name)) return alias;
    this.faults.key(this.table, other.key, {
      code: "ManifestParse",
      problem: `another name of ${name}`,
      allowed: "one of the two",
    });
    return name;
  }

  /** The keys of a table that may have any, checked, ascending. */
  keys(check: Check): readonly string[] {
    if (this.table === undefined) return [];
    this.#anyKey = true;
    for (const { key } of this.table.members.values()) {
      const complaint = check(key.name);
      if (complaint !== undefined) this.faults.key(this.table, key, complaint);
    }
    return [...this.table.members.keys()].sort(compareUtf8);
  }

  flag(key: string, absent: boolean): boolean {
    return this.#flag(this.node(key)) ?? absent;
  }

  requiredFlag(key: string): boolean {
    return this.#flag(this.required(key, "true or false")) ?? false;
  }

  /** A u32. `absent` undefined: it must be there. */
  u32(key: string, absent?: number): number {
    const node = absent === undefined ? this.required(key, "an integer") : this.node(key);
    return node === undefined ? (absent ?? 0) : Number(this.#integer(node, MAX_U32)?.value ?? 0n);
  }

  /** A u64, with the lowest value that is valid. */
  u64(key: string, absent: bigint, lowest: bigint): bigint {
    const node = this.node(key);
    const integer = node === undefined ? undefined : this.#integer(node, MAX_U64);
    if (integer === undefined) return absent;
    if (integer.value < lowest) this.faults.value(integer, { problem: "too small", allowed: `at least ${lowest}` });
    return integer.value;
  }

  /** A table that must be there; `holding`: what, for who left it out. */
  nested<T>(key: string, read: ReadTable<T>, holding?: string): T {
    const allowed = holding === undefined ? "a table" : `a table with ${holding}`;
    return Fields.read(this.#table(this.required(key, allowed)), this.faults, read);
  }

  /** A table whose fields have defaults: absent is as good as empty. */
  defaulted<T>(key: string, read: ReadTable<T>): T {
    return Fields.read(this.#table(this.node(key)), this.faults, read);
  }

  /** A table that may be absent as a whole. */
  optional<T>(key: string, read: ReadTable<T>): T | undefined {
    const node = this.node(key);
    return node === undefined ? undefined : Fields.read(this.#table(node), this.faults, read);
  }

  /** An array of tables; absent is empty. */
  tables<T>(key: string, read: ReadTable<T>): readonly T[] {
    const items = this.#items(this.node(key), "an array of tables");
    return items.map((item) => Fields.read(this.#table(item), this.faults, read));
  }

  /** A fault of parsing at a value that is of the wrong type or word. Out of range has been reported by the reader. */
  wrong(node: TomlNode, problem: string, allowed: string): undefined {
    if (node.kind !== "invalid") this.faults.value(node, { code: "ManifestParse", problem, allowed });
  }

  #text(node: TomlNode, check: Check | undefined): string | undefined {
    if (node.kind !== "string") return this.wrong(node, "wrong type", "a string");
    const complaint = check?.(node.value);
    if (complaint !== undefined) this.faults.value(node, complaint);
    return node.value;
  }

  #flag(node: TomlNode | undefined): boolean | undefined {
    if (node === undefined) return undefined;
    return node.kind === "boolean" ? node.value : this.wrong(node, "wrong type", "true or false");
  }

  #integer(node: TomlNode, max: bigint): TomlInteger | undefined {
    if (node.kind !== "integer") return this.wrong(node, "wrong type", "an integer");
    return node.value < 0n || node.value > max ? this.wrong(node, "out of range", `0 to ${max}`) : node;
  }

  #table(node: TomlNode | undefined): TomlTable | undefined {
    if (node === undefined) return undefined;
    return node.kind === "table" ? node : this.wrong(node, "wrong type", "a table");
  }

  #items(node: TomlNode | undefined, allowed: string): readonly TomlNode[] {
    if (node === undefined) return [];
    return node.kind === "array" ? node.items : (this.wrong(node, "wrong type", allowed) ?? []);
  }

  #refuseUnknown(): void {
    if (this.table === undefined || this.#anyKey) return;
    let allowed: string | undefined;
    for (const { key } of this.table.members.values()) {
      if (this.#asked.includes(key.name)) continue;
      allowed ??= [...new Set(this.#asked)].join(", ");
      this.faults.key(this.table, key, { code: "ManifestParse", problem: "unknown key", allowed });
    }
  }
}
