import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { decodeUtf8, encodeUtf8, toHex } from "palyra-skills/encoding";
import type { Platform } from "palyra-skills/platform";
import { ifThere, io, readOwn } from "../../files/index.ts";
import { PROCEDURE_SCHEMA, type Procedure, readProcedure, type SafetyStatus } from "./document.ts";

/** Bytes of a procedure's file: text and front matter. */
export const MAX_PROCEDURE_BYTES = 1024 * 1024;

/** A procedure as it is listed (spec 11.8). */
export interface ProcedureEntry {
  readonly entry_kind: "procedure";
  readonly slug: string;
  readonly name: string;
  readonly summary?: string;
  readonly status: SafetyStatus;
  readonly path: string;
  readonly raw_sha256: string;
  readonly stored_sha256: string;
  readonly quarantine_path?: string;
}

/** One line of `skills check` (spec 11.8). */
export interface ProcedureCheck {
  readonly entry_kind: "procedure";
  readonly slug: string;
  readonly name: string;
  readonly summary: string | null;
  readonly status: SafetyStatus;
  readonly path: string;
  readonly check_status: "ready" | "blocked";
  readonly trust_accepted: true;
  readonly audit_passed: boolean;
  readonly quarantine_required: boolean;
  readonly reasons: readonly string[];
}

interface Found {
  readonly path: string;
  readonly procedure: Procedure;
}

/** All procedures of a folder, by file name. What is none, or nothing of ours, is passed over: others keep notes there too. */
async function findProcedures(folder: string): Promise<Found[]> {
  const names = (await ifThere(() => io("read", folder, () => readdir(folder)))) ?? [];
  const found: Found[] = [];
  for (const name of names.filter((each) => each.endsWith(".md")).sort()) {
    const path = join(folder, name);
    const procedure = await readOne(path);
    if (procedure !== undefined) found.push({ path, procedure });
  }
  return found;
}

async function readOne(path: string): Promise<Procedure | undefined> {
  const read = await readOwn(path, MAX_PROCEDURE_BYTES).catch(() => undefined);
  const content = read?.ok === true ? decodeUtf8(read.bytes) : undefined;
  return content?.includes(PROCEDURE_SCHEMA) === true ? readProcedure(content) : undefined;
}

export async function listProcedures(folder: string): Promise<ProcedureEntry[]> {
  return (await findProcedures(folder)).map(({ path, procedure: { text: _, slug, name, summary, ...rest } }) => {
    const { status, raw_sha256, stored_sha256, quarantine_path } = rest;
    return {
      entry_kind: "procedure",
      slug,
      name,
      ...(summary === undefined ? {} : { summary }),
      status,
      path,
      raw_sha256,
      stored_sha256,
      ...(quarantine_path === undefined ? {} : { quarantine_path }),
    };
  });
}

/** @param slug absent: all of them */
export async function checkProcedures(folder: string, platform: Platform, slug?: string): Promise<ProcedureCheck[]> {
  const found = await findProcedures(folder);
  return found.filter(({ procedure }) => slug === undefined || procedure.slug === slug).map((each) => checkOf(each, platform));
}

function checkOf({ path, procedure }: Found, platform: Platform): ProcedureCheck {
  const { slug, name, summary, status, text, stored_sha256 } = procedure;
  const intact = sha256Of(text, platform) === stored_sha256;
  const reasons = [
    ...(intact ? [] : ["its text is not the one that was saved"]),
    ...(status === "active" ? [] : ["destructive lines were taken out of it; the whole text is in quarantine"]),
  ];
  return {
    entry_kind: "procedure",
    slug,
    name,
    summary: summary ?? null,
    status,
    path,
    check_status: reasons.length === 0 ? "ready" : "blocked",
    trust_accepted: true,
    audit_passed: reasons.length === 0,
    quarantine_required: status !== "active",
    reasons,
  };
}

/** Lower-case hex, of the text's UTF-8. */
export function sha256Of(text: string, platform: Platform): string {
  return toHex(platform.sha256().update(encodeUtf8(text)).digest());
}
