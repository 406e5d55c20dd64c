import { decodeUtf8, utf8FaultAt } from "../encoding/index.ts";
import { readTree, type TomlTree } from "../toml/index.ts";
import { Faults } from "./faults.ts";
import type { Manifest } from "./manifest.ts";
import { readManifest } from "./schema.ts";

/** Bytes of a manifest's text: what an entry of an artifact may have (spec 1.2), since whatever fits into one is read. */
export const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;

const BOM = "\ufeff";

/** A manifest and the text it was read from. */
export interface ManifestText {
  readonly manifest: Manifest;
  readonly tree: TomlTree;
  /** Without the byte order mark. */
  readonly text: string;
  readonly bom: boolean;
}

/**
 * Reads `skill.toml` (spec 2). Throws `ManifestParse`, `InvalidArtifactPath` or `ManifestValidation`, whichever of them
 * comes first in that order, with all faults of all three: each with its path, and its line, column and line quoted.
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  return parseManifestText(bytes).manifest;
}

/** As `parseManifest`; gives the text and its tree as well. */
export function parseManifestText(bytes: Uint8Array): ManifestText {
  const { text, bom, tree, faults } = readText(bytes);
  const manifest = readManifest(tree.root, faults);
  faults.throwIfAny(tree.root);
  return { manifest, tree, text, bom };
}

/** The tree of a TOML 1.0 text, whatever it says. Throws `ManifestParse` with the faults of its syntax. */
export function readToml(bytes: Uint8Array): TomlTree {
  const { tree, faults } = readText(bytes);
  faults.throwIfAny(tree.root);
  return tree;
}

function readText(bytes: Uint8Array): { text: string; bom: boolean; tree: TomlTree; faults: Faults } {
  const marked = decode(bytes);
  const bom = marked.startsWith(BOM);
  const text = bom ? marked.slice(1) : marked;
  const faults = new Faults(text);
  const { tree, stop } = readTree(text, {
    range: (node, problem, allowed) => faults.value(node, { code: "ManifestParse", problem, allowed }),
    twice: (table, key) =>
      faults.key(table, key, { code: "ManifestParse", problem: "defined twice", allowed: "each key and table once" }),
  });
  if (stop !== undefined) return faults.stop(stop.offset, stop.problem, stop.allowed, tree.root);
  return { text, bom, tree, faults };
}

function decode(bytes: Uint8Array): string {
  if (bytes.length > MAX_MANIFEST_BYTES)
    return new Faults("").stop(undefined, `${bytes.length} bytes of text`, `at most ${MAX_MANIFEST_BYTES}`);
  const text = decodeUtf8(bytes);
  if (text !== undefined) return text;
  const before = decodeUtf8(bytes.subarray(0, utf8FaultAt(bytes) ?? 0)) ?? "";
  return new Faults(before).stop(before.length, "not UTF-8", "UTF-8");
}
