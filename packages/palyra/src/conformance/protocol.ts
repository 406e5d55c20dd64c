/**
 * The conformance protocol (spec 12): JSON lines, one answer a line, in order. `{ id?, op, … }` is answered by
 * `{ id?, ok: true, … }` or by a refusal, `{ id?, ok: false, code, message, details? }`. Bytes are standard base64.
 */
import type { Fields, JsonObject, JsonReader, JsonValue } from "palyra-skills/encoding";
import { tellingOf } from "../operations/wording/sentences.ts";

/** Bytes of one request: artifacts and the assets of a build are 64 MiB at most, a third more as base64. */
export const MAX_REQUEST_BYTES = 128 * 1024 * 1024;
/** Bytes of one answer. */
export const MAX_ANSWER_BYTES = 128 * 1024 * 1024;

/** Codes of the protocol itself, beside those of spec 1-3. `InvalidModule`: op wasm, which has no code there. */
export type ProtocolCode = "UnknownOperation" | "InvalidRequest" | "InvalidModule" | "Internal";

/** One operation: takes what it needs from the request, whose faults are collected, then answers. */
export interface Op {
  read(request: Fields): () => Promise<JsonObject>;
}

/** A refusal with what it has besides: `trust_after` comes on refusals too. */
export class Refusal extends Error {
  readonly refused: unknown;
  readonly besides: JsonObject;

  constructor(refused: unknown, besides: JsonObject) {
    super("refused", { cause: refused });
    this.refused = refused;
    this.besides = besides;
  }
}

/** A refusal with a code of the protocol itself. */
export class ProtocolRefusal extends Error {
  readonly answer: JsonObject;

  constructor(code: ProtocolCode, message: string, details?: JsonValue) {
    super(code);
    this.answer = refusalOf(code, message, details);
  }
}

export function refusalOf(code: ProtocolCode, message: string, details?: JsonValue): JsonObject {
  return { ok: false, code, message, ...(details === undefined ? {} : { details }) };
}

/** The answer for an error of ours; any other is a fault of this program, and must not end it. */
export function refusalFor(error: unknown): JsonObject {
  if (error instanceof ProtocolRefusal) return error.answer;
  if (error instanceof Refusal) return { ...refusalFor(error.refused), ...error.besides };
  const telling = tellingOf(error);
  if (telling === undefined) return refusalOf("Internal", "the operation failed");
  return { ok: false, code: telling.code, message: telling.message, details: toJson(telling.details) };
}

/** Plain data of ours as JSON: what is undefined, a function or a symbol is left out. */
export function toJson(value: unknown): JsonValue {
  if (value === null || typeof value === "string" || typeof value === "boolean" || typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== "object") return null;
  const kept = Object.entries(value).filter(([, member]) => member !== undefined && typeof member !== "function");
  return Object.fromEntries(kept.map(([key, member]) => [key, toJson(member)]));
}

/** Any JSON, or undefined where the member is absent or null. */
export function optionalValue(request: Fields, name: string): JsonValue | undefined {
  return request.optional(name, (at) => (at.isNull ? undefined : at.value()));
}

/** What `read` gives, or undefined where the member is absent or null. */
export function optionalOf<Value>(request: Fields, name: string, read: (at: JsonReader) => Value): Value | undefined {
  return request.optional(name, (at) => (at.isNull ? undefined : read(at)));
}

export function optionalText(request: Fields, name: string): string | undefined {
  return request.optional(name, (at) => (at.isNull ? undefined : at.string()));
}

export function optionalFlag(request: Fields, name: string): boolean {
  return request.optional(name, (at) => (at.isNull ? false : at.boolean())) ?? false;
}

export function base64(at: JsonReader): Uint8Array {
  const text = at.string();
  // Faster than core's by far on whole artifacts; the one canonical spelling all the same.
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text) at.fault("not standard base64", { found: `${text.length} characters` });
  return bytes;
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
