/** `Cargo.lock`, versions 1 to 4. It holds what is for building and testing as well, and does not say so. */
import type { TomlTable } from "../../toml/index.ts";
import { type LockedPackage, lockedHash } from "./lock.ts";
import { identityOf, packageTables, readTables, tableOf, textAt } from "./tables.ts";

export function readCargo(text: string): readonly LockedPackage[] {
  const root = readTables(text);
  const checksums = tableOf(root.members.get("metadata")?.node);
  // Without a source: the project's own.
  return packageTables(root).flatMap((table) => {
    const source = textAt(table, "source");
    return source === undefined ? [] : [ofTable(table, source, checksums)];
  });
}

function ofTable(table: TomlTable, source: string, checksums: TomlTable | undefined): LockedPackage {
  const { name, version, offset } = identityOf(table);
  // Version 1 keeps them apart, under the package and its source.
  const checksum = textAt(table, "checksum") ?? (checksums && textAt(checksums, `checksum ${name} ${version} (${source})`));
  return { ecosystem: "crates.io", name, version, use: "unknown", hashes: lockedHash("sha256", checksum ?? ""), offset };
}
