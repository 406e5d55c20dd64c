import { positionsAt, shorten } from "../encoding/index.ts";
import { type Fault, SkillError } from "../errors.ts";
import type { TomlKey, TomlNode, TomlTable } from "../toml/index.ts";

/** The codes of a manifest's faults, the one that wins first (spec 2). */
const CODES = ["ManifestParse", "InvalidArtifactPath", "ManifestValidation"] as const;
export type FaultCode = (typeof CODES)[number];

/** Faults that are told of each code; of further ones, how many there are. */
export const MAX_FAULTS = 100;

/** Characters of a text that is no value, in an error. */
const MAX_WORD = 20;

/** What is wrong with a value. Without a code it is a `ManifestValidation`. */
export interface Complaint {
  readonly code?: FaultCode;
  readonly problem: string;
  readonly allowed?: string | undefined;
}

/** A place in the tree: a node, or a key of a table. */
interface Place {
  readonly node: TomlNode | undefined;
  readonly key?: string;
  readonly offset: number | undefined;
}

interface Found extends Place {
  readonly code: FaultCode;
  readonly complaint: Complaint;
  readonly found: string | undefined;
}

/**
 * Collects the faults of one text. Paths, lines and columns are worked out at the end, and only if there are any: reading
 * a manifest without faults pays nothing for them.
 */
export class Faults {
  readonly #text: string;
  readonly #found: Found[] = [];
  readonly #counts = new Map<FaultCode, number>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Throws them all, with one more: the text cannot be read on from here. Without a place it is the text as a whole. */
  stop(offset: number | undefined, problem: string, allowed: string | undefined, root?: TomlTable): never {
    const found = offset === undefined ? undefined : describeText(offset, this.#text);
    const code = "ManifestParse";
    this.#found.push({ node: undefined, offset, code, complaint: { problem, allowed }, found });
    throw this.#error(code, this.#told(root));
  }

  value(node: TomlNode, complaint: Complaint): void {
    this.#add({ node, offset: node.start }, complaint, describe(node, this.#text));
  }

  /** A key that is there and should not be. */
  key(table: TomlTable, key: TomlKey, complaint: Complaint): void {
    this.#add({ node: table, key: key.name, offset: key.start }, complaint, this.#text.slice(key.start, key.end));
  }

  /** A key that is not there; the place is its table's, if it has one. */
  missing(table: TomlTable, key: string, allowed: string): void {
    const offset = table.origin === "root" ? undefined : table.start;
    this.#add({ node: table, key, offset }, { code: "ManifestParse", problem: "missing", allowed });
  }

  /** Throws all of them as one error, in the order of the text, under the code that comes first in spec 2. */
  throwIfAny(root: TomlTable): void {
    const code = CODES.find((one) => this.#counts.has(one));
    if (code === undefined) return;
    throw this.#error(code, this.#told(root));
  }

  #told(root: TomlTable | undefined): readonly Fault[] {
    const found = this.#found.toSorted((a, b) => (a.offset ?? 0) - (b.offset ?? 0));
    const paths = root === undefined ? new Map<TomlNode, string>() : pathsOf(root, new Set(found.map(({ node }) => node)));
    const positions = positionsAt(
      this.#text,
      found.flatMap(({ offset }) => (offset === undefined ? [] : [offset])),
    );
    const faults = found.map((one): Fault => {
      // What lies in a table that was defined twice has no path of its own.
      const path = one.node === undefined ? undefined : paths.get(one.node);
      return {
        path: path === undefined || one.key === undefined ? (path ?? "") : childPath(path, one.key),
        problem: one.complaint.problem,
        ...(one.found === undefined ? {} : { found: shorten(one.found) }),
        ...(one.complaint.allowed === undefined ? {} : { allowed: one.complaint.allowed }),
        ...(one.offset === undefined ? {} : positions.get(one.offset)),
      };
    });
    const untold = [...this.#counts.values()].reduce((sum, count) => sum + Math.max(0, count - MAX_FAULTS), 0);
    if (untold > 0) faults.push({ path: "", problem: "further faults", found: String(untold) });
    return faults;
  }

  #error(code: FaultCode, faults: readonly Fault[]): SkillError {
    if (code !== "InvalidArtifactPath") return new SkillError(code, { faults });
    const first = this.#found.find((one) => one.code === code);
    const path = first?.node?.kind === "string" ? shorten(first.node.value) : "";
    return new SkillError(code, { path, problem: first?.complaint.problem ?? "", faults });
  }

  #add(place: Place, complaint: Complaint, found?: string): void {
    const code = complaint.code ?? "ManifestValidation";
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count <= MAX_FAULTS) this.#found.push({ ...place, code, complaint, found });
  }
}

function describe(node: TomlNode, text: string): string {
  if (node.kind === "table") return "a table";
  if (node.kind === "array") return "an array";
  return text.slice(node.start, node.end);
}

/** The word that stands there. */
function describeText(offset: number, text: string): string {
  if (offset >= text.length) return "the end of the text";
  const word = /^\S*/.exec(text.slice(offset, offset + MAX_WORD))?.[0] ?? "";
  if (word !== "") return word;
  return /^\r?\n/.test(text.slice(offset, offset + 2)) ? "the end of the line" : "white space";
}

/** Paths of the wanted nodes, in one walk: `entrypoints.tools[1].id`. The depth is bounded by the reader. */
function pathsOf(root: TomlTable, wanted: ReadonlySet<TomlNode | undefined>): Map<TomlNode, string> {
  const paths = new Map<TomlNode, string>();
  const visit = (node: TomlNode, path: string): void => {
    if (wanted.has(node)) paths.set(node, path);
    if (node.kind === "array") {
      for (const [index, item] of node.items.entries()) visit(item, `${path}[${index}]`);
    } else if (node.kind === "table") {
      for (const [key, member] of node.members) visit(member.node, childPath(path, key));
    }
  };
  visit(root, "");
  return paths;
}

function childPath(path: string, key: string): string {
  const shown = shorten(key);
  const part = /^[A-Za-z0-9_-]+$/.test(shown) ? shown : JSON.stringify(shown);
  return path === "" ? part : `${path}.${part}`;
}
