import type { JsonObject } from "../encoding/index.ts";
import type { CheckLevel } from "./report.ts";
import { MAX_LISTED_FINDINGS, shortened } from "./wording.ts";

/** Where in the artifact something was found. */
export interface Place {
  /** Path of the entry: `skill.toml`, `modules/echo.wasm`, `assets/notes.md`. */
  readonly file: string;
  /** Bytes from the start of the file: modules and binary assets. */
  readonly offset?: number;
  /** 1-based. */
  readonly line?: number;
  /** 1-based, in code points. */
  readonly column?: number;
  /** Id of the tool that it belongs to. */
  readonly tool?: string;
  /** Path of the field: `entrypoints.tools[0].description`, and on inside a JSON Schema. */
  readonly field?: string;
}

/** One thing that a rule found, with its place. */
export interface Finding {
  /** Its kind, in snake_case; the same from version to version: `tag_characters`, `digest_mismatch`. */
  readonly code: string;
  /** The rule's own judgement, which a level of the policy overrides. */
  readonly status: "fail" | "warn";
  /** A sentence: what it is, and what to do. */
  readonly message: string;
  readonly place: Place;
  /** What stands there. Strings of strangers stay raw (they are escaped where they are shown, T20); secrets are redacted by the rule. */
  readonly quote?: string;
  /** What else tells it from others of its kind at that place, and stays the same from run to run: the id of an advisory. */
  readonly about?: string;
}

export const worstStatus = (found: readonly Finding[]): Finding["status"] =>
  found.some(({ status }) => status === "fail") ? "fail" : "warn";

/** `count` of all, and the first of them, the gravest first: a million findings must not make a million lines. */
export function findingDetails(found: readonly Finding[], level?: Exclude<CheckLevel, "off">): JsonObject {
  const ranked = [...found.filter(({ status }) => status === "fail"), ...found.filter(({ status }) => status === "warn")];
  return {
    count: found.length,
    findings: ranked.slice(0, MAX_LISTED_FINDINGS).map((found) => findingObject(found, level)),
  };
}

/** A finding as details list it. */
export function findingObject({ code, status, message, place, quote, about }: Finding, level?: Finding["status"]): JsonObject {
  return {
    code,
    status: level ?? status,
    message,
    place: placeDetails(place),
    ...(quote === undefined ? {} : { quote: shortened(quote) }),
    ...(about === undefined ? {} : { about: shortened(about) }),
  };
}

const placeDetails = ({ file, offset, line, column, tool, field }: Place): JsonObject => ({
  file,
  ...(offset === undefined ? {} : { offset }),
  ...(line === undefined ? {} : { line }),
  ...(column === undefined ? {} : { column }),
  ...(tool === undefined ? {} : { tool: shortened(tool) }),
  ...(field === undefined ? {} : { field: shortened(field) }),
});
