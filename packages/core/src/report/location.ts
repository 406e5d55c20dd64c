import type { Place } from "../audit/index.ts";
import type { ReportSubject } from "./report.ts";

/** The manifest, where a result has no other place: every rule without one is about the skill as a whole. */
const MANIFEST = "skill.toml";

/** The place of a result: its own, else the manifest. */
export const placeOf = ({ place }: { readonly place?: Place }): Place => place ?? { file: MANIFEST };

/**
 * Where a file of a subject is: a file of a folder by its own path, one of an artifact as `echo.palyra-skill!/skill.toml`. That form
 * names both, is the same on every machine, and no viewer takes it for a file of that name elsewhere in a repository.
 */
export function pathOf({ path, sources }: ReportSubject, file: string): string {
  if (sources === undefined) return `${path}!/${file}`;
  return sources.get(file) ?? `${path.replace(/[/\\]+$/, "")}/${file}`;
}

/** `skill.toml:12:5`, `modules/echo.wasm at byte 96`. */
export function placeInWords(path: string, { line, column, offset }: Place): string {
  if (line !== undefined) return [path, line, ...(column === undefined ? [] : [column])].join(":");
  return offset === undefined ? path : `${path} at byte ${offset}`;
}

/** What else is said of a place: the tool, the field. */
export function fieldInWords({ tool, field }: Place): string {
  return [...(tool === undefined ? [] : [`tool ${tool}`]), ...(field === undefined ? [] : [field])].join(", ");
}

/** A path as a URI reference (RFC 3986): relative where it is, `file:` where it is absolute, on Windows too. */
export function uriOf(path: string): string {
  const parts = path
    .replace(/\p{Cs}/gu, "\ufffd")
    .replaceAll("\\", "/")
    .replace(/^(?:\.\/)+/, "")
    .split("/");
  const [first = ""] = parts;
  const drive = /^[A-Za-z]:$/.test(first);
  const encoded = parts.map((part, at) => (at === 0 && drive ? part : encodePart(part))).join("/");
  if (drive) return `file:///${encoded}`;
  return first === "" ? `file://${encoded}` : encoded;
}

/** `!` is legal in a path, and is what sets an entry apart from its archive. */
const encodePart = (part: string): string => encodeURIComponent(part);
