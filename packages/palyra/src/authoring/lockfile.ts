/** The lock files of npm, Cargo and Go that lie beside a manifest: what a skill was built from, for its SBOM. */
import { join } from "node:path";
import { SkillError } from "palyra-skills";
import { fromBase64, JsonFault, type JsonNode, parseJson, toHex } from "palyra-skills/encoding";
import { readIfThere } from "../files/index.ts";

export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** Package URL, without qualifiers. */
  readonly purl: string;
  /** Only for building or testing. */
  readonly development: boolean;
  readonly license?: string;
  /** Lower-case hex. */
  readonly hash?: { readonly algorithm: "SHA-256" | "SHA-512"; readonly hex: string };
}

export const MAX_LOCKFILE_BYTES = 16 * 1024 * 1024;

const READERS: readonly (readonly [file: string, read: (text: string, file: string) => LockedPackage[]])[] = [
  ["package-lock.json", readNpm],
  ["Cargo.lock", readCargo],
  ["go.sum", readGo],
];

/** All locked packages of a folder, sorted and unique by purl. `Serialization` for a lock file that cannot be read. */
export async function readLockedPackages(folder: string): Promise<readonly LockedPackage[]> {
  const found = new Map<string, LockedPackage>();
  for (const [name, read] of READERS) {
    const file = join(folder, name);
    const content = await readIfThere(file, MAX_LOCKFILE_BYTES);
    if (content === undefined) continue;
    if (!content.ok) throw new SkillError("Serialization", { document: file, faults: [{ path: "", problem: "too large" }] });
    for (const locked of read(new TextDecoder().decode(content.bytes), file)) found.set(locked.purl, locked);
  }
  return [...found.values()].toSorted((a, b) => (a.purl < b.purl ? -1 : 1));
}

/** `packages` of lock file versions 2 and 3: path -> { version, integrity?, dev?, license?, link? }; "" is the root. */
function readNpm(text: string, file: string): LockedPackage[] {
  const packages = member(parsed(text, file), "packages");
  if (packages?.kind !== "object") return [];
  return [...packages.members].flatMap(([path, entry]) => {
    const version = textOf(member(entry, "version"));
    const name = textOf(member(entry, "name")) ?? path.split("node_modules/").at(-1);
    if (!path.includes("node_modules/") || version === undefined || name === undefined || flagOf(entry, "link")) return [];
    const license = textOf(member(entry, "license"));
    const hash = npmHash(textOf(member(entry, "integrity")));
    return [
      {
        name,
        version,
        purl: purl("npm", name, version),
        development: flagOf(entry, "dev"),
        ...(license === undefined ? {} : { license }),
        ...(hash === undefined ? {} : { hash }),
      },
    ];
  });
}

/** `sha512-<base64>`, as https://www.w3.org/TR/SRI/ has it. */
function npmHash(integrity: string | undefined): LockedPackage["hash"] {
  const bytes = fromBase64(/(?:^|\s)sha512-([A-Za-z0-9+/=]+)/.exec(integrity ?? "")?.[1] ?? "");
  return bytes?.length === 64 ? { algorithm: "SHA-512", hex: toHex(bytes) } : undefined;
}

/** Blocks `[[package]]` of `key = "value"` lines, as Cargo writes them; packages without a source are the project's own. */
function readCargo(text: string): LockedPackage[] {
  return text.split(/^\[\[package\]\]\s*$/m).flatMap((block) => {
    const value = (key: string): string | undefined => new RegExp(`^${key} = "([^"\\n]*)"\\s*$`, "m").exec(block)?.[1];
    const [name, version, checksum] = [value("name"), value("version"), value("checksum")];
    if (name === undefined || version === undefined || value("source") === undefined) return [];
    const hash = /^[0-9a-f]{64}$/.test(checksum ?? "") ? { algorithm: "SHA-256" as const, hex: checksum ?? "" } : undefined;
    const locked = { name, version, purl: purl("cargo", name, version), development: false };
    return [hash === undefined ? locked : { ...locked, hash }];
  });
}

/** Lines `module version h1:…`; those for `/go.mod` alone were not built from. */
function readGo(text: string): LockedPackage[] {
  return text.split("\n").flatMap((line) => {
    const [name, version, hash] = line.trim().split(" ");
    if (name === undefined || version === undefined || hash === undefined || version.endsWith("/go.mod")) return [];
    return [{ name, version, purl: purl("golang", name, version), development: false }];
  });
}

/** https://github.com/package-url/purl-spec: the segments of the name are kept apart, everything else is encoded. */
function purl(type: string, name: string, version: string): string {
  const path = name.split("/").map(encodeURIComponent).join("/");
  return `pkg:${type}/${path}@${encodeURIComponent(version)}`;
}

function parsed(text: string, document: string): JsonNode {
  try {
    return parseJson(text);
  } catch (fault) {
    if (fault instanceof JsonFault) throw new SkillError("Serialization", { document, faults: [fault.toFault()] });
    throw fault;
  }
}

function member(node: JsonNode, key: string): JsonNode | undefined {
  return node.kind === "object" ? node.members.get(key) : undefined;
}

function textOf(node: JsonNode | undefined): string | undefined {
  return node?.kind === "string" && node.value !== "" ? node.value : undefined;
}

function flagOf(node: JsonNode, key: string): boolean {
  const flag = member(node, key);
  return flag?.kind === "boolean" && flag.value;
}
