import { type ArchiveEntry, MANIFEST_PATH } from "../archive/index.ts";
import { decodeUtf8, positionsAt } from "../encoding/index.ts";
import { readToml, type TomlNode } from "../manifest/index.ts";
import type { Finding } from "./finding.ts";

/**
 * Line and column of what was found in fields of the manifest, for findings that name the field alone. A rule sees the manifest as it was
 * read, which has no places; here the text is read once more, and only where something was found.
 */
export function withManifestPlaces(found: readonly Finding[], files: readonly ArchiveEntry[]): readonly Finding[] {
  const bytes = found.some(lacksLine) ? files.find(({ path }) => path === MANIFEST_PATH)?.bytes : undefined;
  const text = bytes === undefined ? undefined : decodeUtf8(bytes)?.replace(/^\ufeff/, "");
  if (bytes === undefined || text === undefined) return found;
  const { root } = readToml(bytes);
  const tries = { left: MAX_TRIES };
  const offsets = new Map(
    found.filter(lacksLine).flatMap((each) => {
      const field = each.place.field ?? "";
      const node = field.length > MAX_FIELD ? undefined : nodeAt(root, field, tries);
      return node === undefined ? [] : [[each, offsetIn(text, node, each.quote)] as const];
    }),
  );
  const positions = positionsAt(text, [...offsets.values()]);
  return found.map((each) => {
    const position = positions.get(offsets.get(each) ?? -1);
    return position === undefined ? each : { ...each, place: { ...each.place, line: position.line, column: position.column } };
  });
}

const lacksLine = ({ place: { file, field, line } }: Finding): boolean =>
  file === MANIFEST_PATH && field !== undefined && line === undefined;

/** Code units of a path that is followed, and names that are tried for all of one rule: a name may be of a hundred thousand dots (T17). */
const MAX_FIELD = 2048;
const MAX_TRIES = 500_000;

/** The node of a path such as `entrypoints.tools[0].input_schema.properties.a.b`. Names may hold dots: the longest that fits is tried first. */
function nodeAt(node: TomlNode, path: string, tries: { left: number }): TomlNode | undefined {
  if (path === "") return node;
  if (node.kind === "array") {
    const [whole = "", index] = /^\[(\d+)\]\.?/.exec(path) ?? [];
    const item = index === undefined ? undefined : node.items[Number(index)];
    return item === undefined ? undefined : nodeAt(item, path.slice(whole.length), tries);
  }
  if (node.kind !== "table") return undefined;
  for (const end of nameEnds(path)) {
    if (tries.left-- <= 0) return undefined;
    const member = node.members.get(path.slice(0, end));
    const found = member === undefined ? undefined : nodeAt(member.node, path.slice(path[end] === "." ? end + 1 : end), tries);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where a first name may end, the last first: at the end, before a dot or a bracket. */
function nameEnds(path: string): readonly number[] {
  return [...[...path.matchAll(/[.[]/g)].map(({ index }) => index), path.length].reverse();
}

/** Where the words stand in the node, or where it begins. */
function offsetIn(text: string, { start, end }: TomlNode, quote: string | undefined): number {
  const at = quote === undefined || quote === "" ? -1 : text.slice(start, end).indexOf(quote);
  return at === -1 ? start : start + at;
}
