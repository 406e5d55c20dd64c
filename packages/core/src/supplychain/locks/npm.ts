/** `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3 (https://docs.npmjs.com/cli/configuring-npm/package-lock-json). */
import { JsonFault, type JsonNode, type JsonObjectNode, parseJson } from "../../encoding/index.ts";
import { memberOf, objectOf, textOf } from "../nodes.ts";
import { integrityHashes } from "./integrity.ts";
import { type LockedPackage, LockFault } from "./lock.ts";

export function readNpm(text: string): readonly LockedPackage[] {
  const document = objectOf(parsed(text));
  const packages = objectOf(document?.members.get("packages"));
  if (packages !== undefined) return ofPaths(packages);
  const dependencies = objectOf(document?.members.get("dependencies"));
  if (dependencies !== undefined) return ofTree(dependencies);
  // An empty project has neither, but says which form it has.
  if (document?.members.has("lockfileVersion")) return [];
  throw new LockFault("it has neither `packages` nor `dependencies`", document?.offset ?? 0);
}

/** Strictly, as all JSON here: two readers must not see two lists. Exported for `Pipfile.lock`. */
export function parsed(text: string): JsonNode {
  try {
    return parseJson(text);
  } catch (fault) {
    if (fault instanceof JsonFault) throw new LockFault(`it is no JSON: ${fault.problem}`, fault.offset);
    throw fault;
  }
}

const MODULES = "node_modules/";

/** Version 2 and 3: paths of folders. What is not below a `node_modules` is the project's own, and so is what a link leads to. */
function ofPaths({ members }: JsonObjectNode): readonly LockedPackage[] {
  return [...members].flatMap(([path, entry]) => {
    const at = path.lastIndexOf(MODULES);
    return at === -1 || flag(entry, "link") ? [] : ofEntry(path.slice(at + MODULES.length), entry);
  });
}

/** Version 1: a tree; as deep as the reader of JSON lets it be. */
function ofTree({ members }: JsonObjectNode): readonly LockedPackage[] {
  const found: LockedPackage[] = [];
  for (const [name, entry] of members) {
    found.push(...ofEntry(name, entry));
    const below = objectOf(memberOf(entry, "dependencies"));
    if (below !== undefined) for (const each of ofTree(below)) found.push(each);
  }
  return found;
}

function ofEntry(folder: string, entry: JsonNode): readonly LockedPackage[] {
  const written = textOf(memberOf(entry, "version"));
  // An alias (`npm:other@1.2.3` in version 1, a `name` of its own since): what is there is the other one.
  const alias = /^npm:(.+)@([^@]+)$/.exec(written ?? "");
  const name = textOf(memberOf(entry, "name")) ?? alias?.[1] ?? folder;
  const version = alias?.[2] ?? written;
  // A folder or an address in place of a version (version 1): no package of the registry.
  if (version === undefined || /[:/]/.test(version)) return [];
  const license = textOf(memberOf(entry, "license"));
  return [
    {
      ecosystem: "npm",
      name,
      version,
      use: useOf(entry),
      ...(license === undefined ? {} : { license }),
      hashes: integrityHashes(textOf(memberOf(entry, "integrity"))),
      offset: entry.offset,
    },
  ];
}

function useOf(entry: JsonNode): LockedPackage["use"] {
  if (flag(entry, "dev")) return "development";
  return flag(entry, "optional") || flag(entry, "devOptional") || flag(entry, "peer") ? "optional" : "shipped";
}

function flag(entry: JsonNode, key: string): boolean {
  const node = memberOf(entry, key);
  return node?.kind === "boolean" && node.value;
}
