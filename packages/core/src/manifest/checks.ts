import { basicPathProblem } from "../archive/index.ts";
import type { Check } from "./fields.ts";
import { isBlank, isEntrypoint, isIdentifier, isLabel, isPadded, isSkillId } from "./identifier.ts";
import { parseVersion } from "./version.ts";

/**
 * The rules of spec 2 for single texts. None trims, folds or rewrites: a value is canonical as it stands, or it is
 * refused, so that what was checked is what is used (T4).
 */
export const IDENTIFIER = must(isIdentifier, "not an identifier", "[a-z0-9._:-]+");
export const SKILL_ID = must(isSkillId, "not a skill id", "segments of [a-z0-9_-]+ with a dot between");
export const LABEL = must(isLabel, "not a label", "[a-z0-9._-]+");
export const ENTRYPOINT = must(isEntrypoint, "not an entry point", "[a-z0-9_-]+");
export const VERSION = must(isVersion, "not a canonical version", "major.minor.patch, each 0 to 4294967295, no leading zeros");
export const NOT_BLANK = must((text) => !isBlank(text), "blank", "a text");
export const SCOPE = must(isScope, "not a scope", "global, principal:<id>, channel:<id> or skill:<id>");
export const HTTPS_URL = must(isHttpsUrl, "not a canonical https address", "https://…, no space, no fragment");
export const MODULE_PATH = must(isModulePath, "not the path of a module", "modules/….wasm");

/** Spec 1.3 alone: device names and control characters pass (vector U11). */
export const ARTIFACT_PATH: Check = (text) => {
  const problem = basicPathProblem(text);
  return problem === undefined ? undefined : { code: "InvalidArtifactPath", problem, allowed: "a relative path (spec 1.3)" };
};

/** Spec 2.3: a host, or where its opt-in is on, anything with a `*`. */
export const host = (optedIn: boolean): Check =>
  orWildcard("http_egress", optedIn, must(isHost, "not a host", "letters, digits, . and -, without port or scheme"));

/** Spec 2.2: the name of a capability or secret key. */
export const nameOrWildcard = (kind: "secrets" | "device" | "node", optedIn: boolean): Check =>
  orWildcard(kind, optedIn, IDENTIFIER);

/** Spec 2.3: a root is a path first; a `*` in it needs the opt-in besides. */
export const root = (optedIn: boolean): Check => {
  const wildcard = orWildcard("filesystem", optedIn, () => undefined);
  return (text) => ARTIFACT_PATH(text) ?? wildcard(text);
};

/** Refuses the second of two equal values. */
export function unique(sameAs: (text: string) => string = (text) => text): Check {
  const seen = new Set<string>();
  return (text) => {
    const value = sameAs(text);
    if (seen.has(value)) return { problem: "there twice", allowed: "each once" };
    seen.add(value);
    return undefined;
  };
}

/** The first complaint of several checks; all of them are asked. */
export const all =
  (...checks: readonly Check[]): Check =>
  (text) =>
    checks.map((check) => check(text)).find((complaint) => complaint !== undefined);

export function must(holds: (text: string) => boolean, problem: string, allowed: string): Check {
  const complaint = { problem, allowed };
  return (text) => (holds(text) ? undefined : complaint);
}

/** What may stand around a `*` is left open, but for white space at the ends (vector U15, T4). */
function orWildcard(kind: string, optedIn: boolean, otherwise: Check): Check {
  return (text) => {
    if (!text.includes("*")) return otherwise(text);
    if (!optedIn) return { problem: "wildcard without its opt-in", allowed: `* only with wildcard_opt_in.${kind}` };
    return isPadded(text) ? { problem: "white space at an end", allowed: "none" } : undefined;
  };
}

function isVersion(text: string): boolean {
  return parseVersion(text) !== undefined;
}

/** One trailing dot and capitals are kept as written (vector U13). */
function isHost(text: string): boolean {
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  return /^[A-Za-z0-9.-]+$/.test(name) && !name.includes("..") && !/^[.-]|[.-]$/.test(name);
}

function isScope(text: string): boolean {
  const [, id] = /^(?:principal|channel|skill):(.*)$/s.exec(text) ?? [];
  return text === "global" || (id !== undefined && isIdentifier(id));
}

function isHttpsUrl(text: string): boolean {
  return text.startsWith("https://") && !/[ #]/.test(text) && !isPadded(text);
}

/** Two dots are refused even inside a name, as the original does. */
function isModulePath(text: string): boolean {
  const named = text.startsWith("modules/") && text.endsWith(".wasm") && !text.includes("..");
  return named && basicPathProblem(text) === undefined;
}
