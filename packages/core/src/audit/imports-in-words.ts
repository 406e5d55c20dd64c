import type { ImportGrant } from "../capability/index.ts";
import type { ImportFact } from "../wasm/index.ts";
import { typeText } from "./entry.ts";
import { named, quoted, shortened } from "./wording.ts";

/** An import that the runtime would not grant. */
export interface RefusedImport {
  readonly found: ImportFact;
  readonly grant: ImportGrant;
  /** Linked by the toolchain that the module names, used or not (spec 4.4). */
  readonly baseline: boolean;
}

/** A program of another toolchain has dozens of imports for one reason: each reason is given once, with the first of them. */
export function importsInWords(refused: readonly RefusedImport[]): string {
  const byReason = new Map<string, ImportFact[]>();
  for (const { found, grant } of refused) {
    const reason = reasonOf(grant);
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
