/**
 * A receipt as a document: one JSON object with exactly the fields of `Receipt` behind `"statement": "palyra.skill.receipt.v1"`, on one line
 * or several.
 */
import { encodeUtf8, type JsonReader, readDocument, writeJson } from "../encoding/index.ts";
import { checkStatementSize, hex32 } from "../signature/index.ts";
import { OUTCOMES, RECEIPT_STATEMENT, type Receipt } from "./receipt.ts";

/** Bytes of one: all that a manifest may ask for (2.1), and what an operator grants besides. */
export const MAX_RECEIPT_BYTES = 4 * 1024 * 1024;
const MAX_U64 = (1n << 64n) - 1n;

/** @throws SkillError `Serialization` with all faults */
export function parseReceipt(bytes: Uint8Array, document: string): Receipt {
  checkStatementSize(bytes, document, MAX_RECEIPT_BYTES);
  return readDocument(bytes, document, readReceipt);
}

/** The fields in the order of `Receipt`, a line feed at the end. */
export function writeReceipt(receipt: Receipt, options: { readonly indent?: 0 | 2 } = {}): Uint8Array {
  return encodeUtf8(`${writeJson({ statement: RECEIPT_STATEMENT, ...receipt }, { indent: options.indent ?? 2 })}\n`);
}

/** A receipt of parsed JSON. */
export function readReceipt(root: JsonReader): Receipt {
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
