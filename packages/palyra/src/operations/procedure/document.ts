/** A procedure's file (spec 11.8): front matter between two lines of dashes, an empty line, the text. */

export const PROCEDURE_SCHEMA = "palyra.procedural_skill.v1";
export type SafetyStatus = "active" | "quarantined_raw_dry_run_saved";

export interface Procedure {
  readonly slug: string;
  readonly name: string;
  readonly status: SafetyStatus;
  readonly raw_sha256: string;
  readonly stored_sha256: string;
  readonly summary?: string;
  readonly quarantine_path?: string;
  readonly text: string;
}

export function writeProcedure(procedure: Procedure): string {
  const { slug, name, status, raw_sha256, stored_sha256, summary, quarantine_path, text } = procedure;
  return [
    "---",
    `schema: ${PROCEDURE_SCHEMA}`,
    `slug: ${slug}`,
    `name: ${JSON.stringify(name)}`,
    `status: ${status}`,
    `raw_sha256: ${raw_sha256}`,
    `stored_sha256: ${stored_sha256}`,
    ...(summary === undefined ? [] : [`summary: ${JSON.stringify(summary)}`]),
    ...(quarantine_path === undefined ? [] : [`quarantine_path: ${JSON.stringify(quarantine_path)}`]),
    "---",
    "",
    `${text}\n`,
  ].join("\n");
}

/** Undefined for what `writeProcedure` does not write: other notes may lie in the folder. */
export function readProcedure(content: string): Procedure | undefined {
  const end = content.indexOf("\n---\n\n");
  if (!content.startsWith("---\n") || end === -1 || !content.endsWith("\n")) return undefined;
  const fields = new Map<string, string>();
  for (const line of content.slice(4, end).split("\n")) {
    const colon = line.indexOf(": ");
    const key = line.slice(0, colon);
    if (colon === -1 || fields.has(key)) return undefined;
    fields.set(key, line.slice(colon + 2));
  }
  const [slug, name, status] = [fields.get("slug"), unquoted(fields.get("name")), fields.get("status")];
  const [raw_sha256, stored_sha256] = [fields.get("raw_sha256"), fields.get("stored_sha256")];
  if (fields.get("schema") !== PROCEDURE_SCHEMA || slug === undefined || name === undefined) return undefined;
  if (status !== "active" && status !== "quarantined_raw_dry_run_saved") return undefined;
  if (!/^[a-z0-9-]{1,96}$/.test(slug) || !isDigest(raw_sha256) || !isDigest(stored_sha256)) return undefined;
  const [summary, quarantine_path] = [unquoted(fields.get("summary")), unquoted(fields.get("quarantine_path"))];
  return {
    slug,
    name,
    status,
    raw_sha256,
    stored_sha256,
    ...(summary === undefined ? {} : { summary }),
    ...(quarantine_path === undefined ? {} : { quarantine_path }),
    text: content.slice(end + "\n---\n\n".length, -1),
  };
}

function isDigest(value: string | undefined): value is string {
  return value !== undefined && /^[0-9a-f]{64}$/.test(value);
}

function unquoted(written: string | undefined): string | undefined {
  if (written === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(written);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
