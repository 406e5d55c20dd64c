/**
 * A receipt as a document: one JSON object with exactly the fields of `Receipt` behind `"statement": "palyra.skill.receipt.v1"`, on one line
 * or several. Several receipts are a file of such lines (NDJSON).
 */
import { decodeUtf8, encodeUtf8, type JsonReader, readDocument, readJson, writeJson } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
import { checkStatementSize, hex32 } from "../signature/index.ts";
import { OUTCOMES, RECEIPT_STATEMENT, type Receipt } from "./receipt.ts";

/** Bytes of one; a manifest has no more grants than that. */
export const MAX_RECEIPT_BYTES = 256 * 1024;
const MAX_U64 = (1n << 64n) - 1n;

/** @throws SkillError `Serialization` with all faults */
export function parseReceipt(bytes: Uint8Array, document: string): Receipt {
  checkStatementSize(bytes, document, MAX_RECEIPT_BYTES);
  return readDocument(bytes, document, readReceipt);
}

/** Of a file with one receipt, or with one on each line. @throws SkillError `Serialization` */
export function parseReceipts(bytes: Uint8Array, document: string): Receipt[] {
  const lines = decoded(bytes, document).split("\n");
  const first = encodeUtf8(lines.find((line) => line.trim() !== "") ?? "{}");
  // A line that is whole by itself is one receipt of several; else it is the beginning of one on several lines.
  if (first.length > MAX_RECEIPT_BYTES || !readJson(first, () => undefined).ok) return [parseReceipt(bytes, document)];
  return lines.flatMap((line, at) => (line.trim() === "" ? [] : [parseLine(encodeUtf8(line), document, at + 1)]));
}

function parseLine(bytes: Uint8Array, document: string, line: number): Receipt {
  checkStatementSize(bytes, `${document}:${line}`, MAX_RECEIPT_BYTES);
  const read = readJson(bytes, readReceipt);
  if (!read.ok) throw new SkillError("Serialization", { document, faults: read.faults.map((fault) => ({ ...fault, line })) });
  return read.value;
}

function decoded(bytes: Uint8Array, document: string): string {
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new SkillError("Serialization", { document, faults: [{ path: "", problem: "not UTF-8" }] });
  return text;
}

/** The fields in the order of `Receipt`, a line feed at the end. */
export function writeReceipt(receipt: Receipt, options: { readonly indent?: 0 | 2 } = {}): Uint8Array {
  return encodeUtf8(`${writeJson({ statement: RECEIPT_STATEMENT, ...receipt }, { indent: options.indent ?? 2 })}\n`);
}

function readReceipt(root: JsonReader): Receipt {
  const fields = root.object();
  fields.required("statement").oneOf([RECEIPT_STATEMENT]);
  const fuel = (reader: JsonReader): bigint => reader.integer({ min: 0n, max: MAX_U64 });
  const bytes = (reader: JsonReader): number => reader.safeInteger({ min: 0 });
  const natural = (name: string): number => bytes(fields.required(name));
  const receipt = {
    receipt_id: said(fields.required("receipt_id")),
    principal: said(fields.required("principal")),
    device_id: said(fields.required("device_id")),
    channel: orNull(fields.required("channel"), said),
    surface: said(fields.required("surface")),
    skill_id: said(fields.required("skill_id")),
    version: said(fields.required("version")),
    tool_id: said(fields.required("tool_id")),
    artifact_sha256: hex32(fields.required("artifact_sha256")),
    module_sha256: hex32(fields.required("module_sha256")),
    policy_sha256: hex32(fields.required("policy_sha256")),
    input_sha256: hex32(fields.required("input_sha256")),
    output_sha256: orNull(fields.required("output_sha256"), hex32),
    grants: fields.required("grants").array(said),
    outcome: fields.required("outcome").oneOf(OUTCOMES),
    fuel_used: orNull(fields.required("fuel_used"), fuel),
    fuel_allowed: fuel(fields.required("fuel_allowed")),
    memory_used_bytes: orNull(fields.required("memory_used_bytes"), bytes),
    memory_allowed_bytes: natural("memory_allowed_bytes"),
    wall_used_ms: natural("wall_used_ms"),
    wall_allowed_ms: natural("wall_allowed_ms"),
    started_at_unix_ms: natural("started_at_unix_ms"),
    finished_at_unix_ms: natural("finished_at_unix_ms"),
    host_public_key: hex32(fields.required("host_public_key")),
    signature_base64: fields.required("signature_base64").string(),
  };
  fields.finish();
  return receipt;
}

/** Never empty, as null is written. */
const said = (reader: JsonReader): string => reader.string((text) => (text === "" ? "empty" : undefined));

const orNull = <Value>(reader: JsonReader, read: (reader: JsonReader) => Value): Value | null =>
  reader.isNull ? null : read(reader);
