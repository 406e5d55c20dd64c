/**
 * `go.sum` and `go.mod` (https://go.dev/ref/mod). Digests of Go are of a list of files, not of one file: what an SBOM gives as SHA-256 may be
 * either, so they are not compared.
 */

import { linesOf } from "./lines.ts";
import { type LockedPackage, LockFault } from "./lock.ts";

/** Lines `module version h1:…`; those of `/go.mod` alone are of what was only considered. It may hold more than is built from. */
export function readGoSum(text: string): readonly LockedPackage[] {
  return linesOf(text).flatMap(({ text: line, offset }) => {
    if (line.trim() === "") return [];
    const [name = "", version = "", hash = "", ...others] = line.trim().split(/\s+/);
    if (!hash.startsWith("h1:") || others.length > 0) throw new LockFault("a line is not `module version h1:…`", offset);
    return version.endsWith("/go.mod") ? [] : [goModule(name, version, "unknown", offset)];
  });
}

/** `require`, in a line or a block. What is replaced is built from something else. */
export function readGoMod(text: string): readonly LockedPackage[] {
  const required: LockedPackage[] = [];
  const replaced = new Set<string>();
  let block: string | undefined;
  for (const { text: line, offset } of linesOf(text)) {
    const words = (line.split("//")[0] ?? "").trim().split(/\s+/);
    const [first = ""] = words;
    if (first === "") continue;
    if (block !== undefined && first === ")") block = undefined;
    else if (block === undefined && words[1] === "(" && words.length === 2) block = first;
    else if (block === undefined && first === "(") throw new LockFault("a block has no name", offset);
    else statement(block ?? first, block === undefined ? words.slice(1) : words, offset);
  }
  if (block !== undefined) throw new LockFault(`\`${block} (\` is not closed`, text.length);
  return required.filter(({ name }) => !replaced.has(name));

  function statement(directive: string, words: readonly string[], offset: number): void {
    const [name = "", version = ""] = words.map(unquoted);
    if (directive === "replace") replaced.add(name);
    if (directive !== "require") return;
    if (words.length !== 2 || !version.startsWith("v")) throw new LockFault("a `require` is not `module version`", offset);
    required.push(goModule(name, version, "unknown", offset));
  }
}

const unquoted = (word: string): string => word.replace(/^(["`])(.*)\1$/, "$2");

const goModule = (name: string, version: string, use: LockedPackage["use"], offset: number): LockedPackage => ({
  ecosystem: "Go",
  name,
  version,
  use,
  hashes: [],
  offset,
});
