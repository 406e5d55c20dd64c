/** What Python's tools lock: `poetry.lock`, `uv.lock`, `pdm.lock` (TOML), `Pipfile.lock` (JSON), and files of requirements with digests. */
import type { JsonNode } from "../../encoding/index.ts";
import type { TomlNode, TomlTable } from "../../toml/index.ts";
import { itemsOf, memberOf, objectOf, textOf } from "../nodes.ts";
import { linesOf } from "./lines.ts";
import { type LockedHash, type LockedPackage, LockFault, lockedHash } from "./lock.ts";
import { parsed } from "./npm.ts";
import { identityOf, itemsAt, packageTables, readTables, tableOf, textAt } from "./tables.ts";

export function readPythonTables(text: string): readonly LockedPackage[] {
  const root = readTables(text);
  const listed = listedApart(root);
  return packageTables(root).flatMap((table) => {
    const { name, version, offset } = identityOf(table);
    // The project itself (uv), a folder, an address: no package of the registry.
    if (version === "" || isElsewhere(table)) return [];
    const lists = [...itemsAt(table, "files"), ...itemsAt(table, "wheels"), table.members.get("sdist")?.node];
    const own = lists.flatMap(fileHash);
    const hashes = own.length > 0 ? own : (listed.get(name) ?? []);
    return [{ ecosystem: "PyPI", name, version, use: useOf(table), hashes, offset } satisfies LockedPackage];
  });
}

/**
 * The digests of Poetry before 1.5, in a table of their own by name. Each list is read once and shared by all packages of that name: for each
 * package again it would be the product of both (T17).
 */
function listedApart(root: TomlTable): ReadonlyMap<string, readonly LockedHash[]> {
  const files = tableOf(tableOf(root.members.get("metadata")?.node)?.members.get("files")?.node);
  if (files === undefined) return new Map();
  return new Map([...files.members.keys()].map((name) => [name, itemsAt(files, name).flatMap(fileHash)]));
}

function isElsewhere(table: TomlTable): boolean {
  const source = tableOf(table.members.get("source")?.node);
  if (source === undefined) return false;
  const type = textAt(source, "type");
  return type === undefined ? !source.members.has("registry") : type !== "legacy" && type !== "pypi";
}

/** Poetry tells by groups (2) or a category (1.x), the others do not. */
function useOf(table: TomlTable): LockedPackage["use"] {
  const groups = itemsAt(table, "groups").flatMap((group) => (group.kind === "string" ? [group.value] : []));
  const optional = table.members.get("optional")?.node;
  if (optional?.kind === "boolean" && optional.value) return "optional";
  const category = textAt(table, "category");
  if (groups.length > 0) return groups.some((group) => group === "main" || group === "default") ? "shipped" : "development";
  return category === undefined ? "unknown" : category === "main" ? "shipped" : "development";
}

/** `{ file = …, hash = "sha256:…" }`. */
function fileHash(node: TomlNode | undefined): readonly LockedHash[] {
  const table = tableOf(node);
  return table === undefined ? [] : named(textAt(table, "hash"));
}

function named(text: string | undefined): readonly LockedHash[] {
  const colon = text?.indexOf(":") ?? -1;
  return text === undefined || colon === -1 ? [] : lockedHash(text.slice(0, colon), text.slice(colon + 1));
}

export function readPipfile(text: string): readonly LockedPackage[] {
  const document = objectOf(parsed(text));
  if (document?.members.has("default") !== true) throw new LockFault("it has no `default`", document?.offset ?? 0);
  return [...document.members].flatMap(([group, entries]) =>
    group === "_meta" ? [] : [...(objectOf(entries)?.members ?? [])].flatMap(([name, entry]) => ofPipfile(group, name, entry)),
  );
}

function ofPipfile(group: string, name: string, entry: JsonNode): readonly LockedPackage[] {
  const version = textOf(memberOf(entry, "version"));
  if (version === undefined) return [];
  const hashes = itemsOf(memberOf(entry, "hashes")).flatMap((hash) => named(textOf(hash)));
  const use = group === "default" ? "shipped" : "development";
  return [{ ecosystem: "PyPI", name, version: version.replace(/^={2,3}/, ""), use, hashes, offset: entry.offset }];
}

/** `name==version --hash=sha256:…`, over several lines by a `\`. A file without one digest only says what is wanted, and locks nothing. */
export function readRequirements(text: string): readonly LockedPackage[] {
  if (!text.includes("--hash=")) return [];
  return statements(text).flatMap(({ text: line, offset }) => {
    const words = line.split(/\s+/);
    const first = words.findIndex((word) => word.startsWith("--"));
    const requirement = words.slice(0, first === -1 ? words.length : first).join(" ");
    const pinned = /^([A-Za-z0-9][\w.-]*)(?:\s*\[[^\]]*\])?\s*={2,3}\s*([^\s;,]+)/.exec(requirement);
    const [, name, version] = pinned ?? [];
    if (name === undefined || version === undefined) return [];
    const hashes = words.flatMap((word) => (word.startsWith("--hash=") ? named(word.slice("--hash=".length)) : []));
    return [{ ecosystem: "PyPI", name, version, use: "unknown", hashes, offset } satisfies LockedPackage];
  });
}

/** Lines joined where they end in `\`, without comments; options of the whole file are none. */
function statements(text: string): readonly { readonly text: string; readonly offset: number }[] {
  const joined: { text: string; offset: number }[] = [];
  let parts: string[] = [];
  let start = 0;
  for (const { text: line, offset } of linesOf(text)) {
    const bare = line.startsWith("#") ? "" : (line.split(" #")[0] ?? "").trim();
    if (parts.length === 0) start = offset;
    const goesOn = bare.endsWith("\\");
    parts.push(goesOn ? bare.slice(0, -1).trim() : bare);
    if (goesOn) continue;
    joined.push({ text: parts.join(" "), offset: start });
    parts = [];
  }
  if (parts.length > 0) joined.push({ text: parts.join(" "), offset: start });
  return joined.filter(({ text: statement }) => statement !== "" && !statement.startsWith("-"));
}
