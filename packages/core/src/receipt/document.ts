/**
 * A receipt as a document: one JSON object with exactly the fields of `Receipt` behind `"statement": "palyra.skill.receipt.v1"`, on one line
 * or several. Several receipts are a file of such lines (NDJSON).
 */
import { encodeUtf8, type JsonReader, readDocument, readJson, writeJson } from "../encoding/index.ts";
import { type Fault, isSkillError, SkillError } from "../errors.ts";
import { checkStatementSize, hex32 } from "../signature/index.ts";
import { OUTCOMES, RECEIPT_STATEMENT, type Receipt } from "./receipt.ts";

/** Bytes of one; a manifest has no more grants than that. */
export const MAX_RECEIPT_BYTES = 256 * 1024;
/** Lines of a file that may be none. */
const MAX_FAULTY_LINES = 1000;
const LINE_FEED = 10;
const OPENING_BRACE = 0x7b;
/** Tab, carriage return, blank. */
const BLANKS: readonly number[] = [9, 13, 32];
const MAX_U64 = (1n << 64n) - 1n;

/** @throws SkillError `Serialization` with all faults */
export function parseReceipt(bytes: Uint8Array, document: string): Receipt {
  checkStatementSize(bytes, document, MAX_RECEIPT_BYTES);
  return readDocument(bytes, document, readReceipt);
}

/** Of a file with one receipt, or with one on each line. @throws SkillError `Serialization` where a line is none */
export function parseReceipts(bytes: Uint8Array, document: string): Receipt[] {
  return readReceipts(bytes, document).map((read) => {
    if ("receipt" in read) return read.receipt;
    throw new SkillError("Serialization", { document, faults: read.faults });
  });
}

/** What stands on a line of a file of receipts: one, or what keeps it from being one. */
export type ReceiptLine =
  | { readonly line: number; readonly receipt: Receipt }
  | { readonly line: number; readonly faults: readonly Fault[] };

/**
 * Of the same files, where a line that is no receipt is no reason to leave the others unread: each that is not blank, in their order.
 * @throws SkillError `Serialization` where none is a receipt, or more than 1000 are none
 */
export function readReceipts(bytes: Uint8Array, document: string): ReceiptLine[] {
  if (!isOfLines(bytes)) return [{ line: 1, receipt: parseReceipt(bytes, document) }];
  const read: ReceiptLine[] = [];
  let faulty: readonly Fault[] | undefined;
  let more = MAX_FAULTY_LINES;
  for (const { line, text } of linesOf(bytes)) {
    const found = readLine(text, document, line);
    read.push(found);
    if ("receipt" in found) continue;
    faulty ??= found.faults;
    more -= 1;
    if (more < 0) break;
  }
  if (faulty !== undefined && (more < 0 || !read.some((each) => "receipt" in each)))
    throw new SkillError("Serialization", { document, faults: faulty });
  return read;
}

/** A line that is an object by itself is one of several; where there is none, the first is the beginning of one on several lines. */
function isOfLines(bytes: Uint8Array): boolean {
  let more = MAX_FAULTY_LINES;
  for (const { text } of linesOf(bytes)) {
    if (text[0] !== OPENING_BRACE) continue;
    if (text.length <= MAX_RECEIPT_BYTES && readJson(text, () => undefined).ok) return true;
    more -= 1;
    if (more < 0) return false;
  }
  return false;
}

/** Those that are not blank, by their numbers. */
function* linesOf(bytes: Uint8Array): Generator<{ readonly line: number; readonly text: Uint8Array }> {
  for (let [line, at] = [1, 0]; at < bytes.length; line += 1) {
    const end = bytes.indexOf(LINE_FEED, at);
    const text = bytes.subarray(at, end === -1 ? bytes.length : end);
    if (text.some((byte) => !BLANKS.includes(byte))) yield { line, text };
    at += text.length + 1;
  }
}

function readLine(bytes: Uint8Array, document: string, line: number): ReceiptLine {
  try {
    return { line, receipt: parseReceipt(bytes, document) };
  } catch (error) {
    if (!isSkillError(error, "Serialization")) throw error;
    return { line, faults: error.details.faults.map((fault) => ({ ...fault, line })) };
  }
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
