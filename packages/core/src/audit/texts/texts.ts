import type { ArchiveEntry } from "../../archive/index.ts";
import { MANIFEST_PATH } from "../../archive/index.ts";
import { decodeUtf8, type JsonObject, type JsonValue } from "../../encoding/index.ts";
import type { Manifest, Operator, Tool } from "../../manifest/index.ts";
import type { TextKind } from "../../text/index.ts";
import type { Place } from "../finding.ts";

/** A text that a model may read, or who decides what it may do. */
export interface SubjectText {
  readonly kind: TextKind;
  readonly text: string;
  readonly place: Place;
}

/** All of them, collected once for the rules on words (spec 4.4). */
export interface SubjectTexts {
  readonly texts: readonly SubjectText[];
  /** `skill.toml` as it is written: where a text of a field stands in it. */
  readonly manifestText: string;
  /** Text files that were not looked at. */
  readonly unread: readonly UnreadText[];
}

export interface UnreadText {
  readonly file: string;
  readonly reason: "too_much_text" | "not_utf8";
}

/** UTF-16 code units of an artifact's text files that are looked at: some seconds of work on a slow machine. */
export const MAX_ASSET_TEXT = 4 * 1024 * 1024;
/** Strings of one schema that are looked at: of a manifest with a schema that has more it is told that it was not read. */
export const MAX_SCHEMA_STRINGS = 20_000;

export function textsOf(manifest: Manifest, files: readonly ArchiveEntry[]): SubjectTexts {
  const manifestBytes = files.find(({ path }) => path === MANIFEST_PATH)?.bytes;
  const assets = assetTexts(files);
  const whole = manifest.entrypoints.tools.every(({ input_schema, output_schema }) =>
    [input_schema, output_schema].every((schema) => schemaTexts(schema, { file: MANIFEST_PATH }, "").length < MAX_SCHEMA_STRINGS),
  );
  return {
    texts: [...manifestTexts(manifest), ...assets.texts],
    manifestText: manifestBytes === undefined ? "" : (decodeUtf8(manifestBytes) ?? ""),
    unread: [...(whole ? [] : [{ file: MANIFEST_PATH, reason: "too_much_text" } as const]), ...assets.unread],
  };
}

function manifestTexts(manifest: Manifest): readonly SubjectText[] {
  const at = (field: string): Place => ({ file: MANIFEST_PATH, field });
  const tools = manifest.entrypoints.tools.flatMap((tool, index) =>
    toolTexts(tool, { file: MANIFEST_PATH, tool: tool.id }, `entrypoints.tools[${index}]`),
  );
  const notes = manifest.builder?.checklist.review_notes ?? "";
  return [
    { kind: "name", text: manifest.name, place: at("name") },
    ...tools,
    ...operatorTexts(manifest.operator, at),
    ...(notes === "" ? [] : [{ kind: "manifest", text: notes, place: at("builder.checklist.review_notes") } as const]),
  ];
}

/** What a model is told of a tool. */
export function toolTexts(
  tool: Pick<Tool, "name" | "description"> & { readonly input_schema: JsonObject; readonly output_schema?: JsonObject },
  place: Omit<Place, "field">,
  path: string,
): readonly SubjectText[] {
  return [
    { kind: "name", text: tool.name, place: { ...place, field: `${path}.name` } },
    { kind: "tool", text: tool.description, place: { ...place, field: `${path}.description` } },
    ...schemaTexts(tool.input_schema, place, `${path}.input_schema`),
    ...(tool.output_schema === undefined ? [] : schemaTexts(tool.output_schema, place, `${path}.output_schema`)),
  ];
}

/** Every string of a schema, the names of its properties too: a model is given the whole of it. */
function schemaTexts(schema: JsonObject, place: Omit<Place, "field">, path: string): readonly SubjectText[] {
  const texts: SubjectText[] = [];
  const visit = (value: JsonValue | undefined, field: string): void => {
    if (texts.length >= MAX_SCHEMA_STRINGS) return;
    if (typeof value === "string") texts.push({ kind: "tool", text: value, place: { ...place, field } });
    else if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(item, `${field}[${index}]`);
    else if (typeof value === "object" && value !== null)
      for (const [key, member] of Object.entries(value)) {
        const below = `${field}.${key}`;
        texts.push({ kind: "name", text: key, place: { ...place, field: below } });
        visit(member, below);
      }
  };
  visit(schema, path);
  return texts;
}

function operatorTexts(operator: Operator, at: (field: string) => Place): readonly SubjectText[] {
  const texts: SubjectText[] = [];
  const add = (field: string, text: string | undefined): void => {
    if (text !== undefined) texts.push({ kind: "manifest", text, place: at(`operator.${field}`) });
  };
  add("display_name", operator.display_name);
  add("summary", operator.summary);
  add("description", operator.description);
  for (const [key, property] of Object.entries(operator.config?.properties ?? {})) {
    const field = `config.properties.${key}`;
    add(`${field}.title`, property.title);
    add(`${field}.description`, property.description);
    if (typeof property.default === "string") add(`${field}.default`, property.default);
    property.enum_values?.forEach((value, index) => {
      add(`${field}.enum_values[${index}]`, value);
    });
  }
  return texts;
}

/** Files that are texts by their name: one that is not UTF-8 is told, since somebody will read it all the same. */
const TEXT_NAME =
  /\.(?:md|markdown|mdx|txt|json|jsonl|json5|ya?ml|toml|html?|xhtml|xml|svg|csv|tsv|rst|adoc|ini|cfg|conf|log|prompt|tmpl|j2|hbs|ejs)$/i;
/** A file without a NUL near its start is a text if it is UTF-8. */
const LOOKED_FOR_NUL = 8192;

function assetTexts(files: readonly ArchiveEntry[]): Pick<SubjectTexts, "texts" | "unread"> {
  const texts: SubjectText[] = [];
  const unread: UnreadText[] = [];
  let room = MAX_ASSET_TEXT;
  for (const { path, bytes } of files) {
    if (!path.startsWith("assets/")) continue;
    const named = TEXT_NAME.test(path);
    if (!named && bytes.subarray(0, LOOKED_FOR_NUL).includes(0)) continue;
    if (bytes.length > room) {
      unread.push({ file: path, reason: "too_much_text" });
      continue;
    }
    const text = decodeUtf8(bytes);
    if (text !== undefined) {
      texts.push({ kind: "asset", text, place: { file: path } });
      room -= text.length;
    } else if (named) unread.push({ file: path, reason: "not_utf8" });
  }
  return { texts, unread };
}
