import type { ImportGrant } from "../capability/index.ts";
import type { ImportFact } from "../wasm/index.ts";
import { typeText } from "./entry.ts";
import type { Finding } from "./finding.ts";
import { MAX_LISTED_FINDINGS, named, quoted, shortened } from "./wording.ts";

/** An import that the runtime would not grant. */
export interface RefusedImport {
  readonly found: ImportFact;
  readonly grant: ImportGrant;
  /** Linked by the toolchain that the module names, used or not (spec 4.4). */
  readonly baseline: boolean;
  /** Whether any export, or the start, can reach a call of it. */
  readonly called: boolean;
  /** Functions from there to it, itself the last; the last ones where there are many. */
  readonly path: readonly number[];
}

/** Each with its place; texts are shared, since there can be 100 000 of them. */
export function importFindings(file: string, refused: readonly RefusedImport[]): Finding[] {
  return refused.map(({ found, grant, baseline, called, path }, index) => ({
    code: `import_${grant.problem ?? (grant.needs === "never" ? "never_granted" : "undeclared")}${called ? "" : "_never_called"}`,
    status: baseline ? "warn" : "fail",
    message: `${sentence(reasonOf(grant))} ${callInWords(called, index < MAX_LISTED_FINDINGS ? path : [])}`,
    place: { file, offset: found.offset },
    quote: `${shortened(found.module)}.${shortened(found.name)}`,
  }));
}

const sentence = (reason: string): string => `The import ${reason.startsWith("needs ") ? "" : "is "}${reason}.`;

function callInWords(called: boolean, path: readonly number[]): string {
  if (!called) return "No export can reach a call of it.";
  const callers = path.slice(0, -1);
  return callers.length === 0
    ? "The module can call it."
    : `It can be called by way of ${callers.length === 1 ? "function" : "functions"} ${callers.join(", ")}.`;
}

/** A program of another toolchain has dozens of imports for one reason: each reason is given once, with the first of them. */
export function importsInWords(refused: readonly RefusedImport[]): string {
  const byReason = new Map<string, ImportFact[]>();
  for (const { found, grant, called } of refused) {
    const reason = called ? reasonOf(grant) : `${reasonOf(grant)} (no export can reach a call of it)`;
    const imports = byReason.get(reason);
    if (imports === undefined) byReason.set(reason, [found]);
    else imports.push(found);
  }
  return named([...byReason], ([reason, imports]) => `${named(imports, importInWords, ", ")}: ${reason}`, ". ");
}

const importInWords = ({ module, name, offset }: ImportFact): string =>
  `${quoted(`${shortened(module)}.${shortened(name)}`)} at byte ${offset}`;

/** What must be declared, and what to do without. */
const DECLARE = {
  root: "needs a root; declare one in `capabilities.filesystem`, or build without it",
  write_root: "needs a write root; declare one in `capabilities.filesystem.write_roots`, or build without it",
  egress_host: "needs a host; declare it in `capabilities.http_egress_allowlist`, or build without it",
  secret: "needs a secret; declare it in `capabilities.secrets`, or build without it",
} as const;

/** Why no host provides an import. */
const PROBLEMS = {
  wrong_type: ({ expected }: ImportGrant) =>
    `not of the type that the host has, ${quoted(expected === undefined ? "" : typeText(expected))}`,
  other_meaning: () => "with another meaning in this interface",
  foreign: ({ toolchain = "another host" }: ImportGrant) => `made by ${toolchain}, provided by no host here`,
  unknown: () => "provided by no host",
} as const;

function reasonOf(grant: ImportGrant): string {
  const { class: of, needs, problem } = grant;
  const instead = grant.instead ?? (problem === "wrong_type" ? "correct its declaration" : "build without it");
  if (problem !== undefined) return `${PROBLEMS[problem](grant)}; ${instead}`;
  return needs === "never" || needs === "nothing" ? `never granted (${of}); ${instead}` : DECLARE[needs];
}
