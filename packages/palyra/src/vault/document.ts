/**
 * What the encrypted file holds: `{ schema_version: 1, revision, entries [{ scope, key, created_at_unix_ms, updated_at_unix_ms,
 * value_base64 }] }`, entries by scope, then key. Immutable: a change makes another one.
 */
import { compareUtf8, fromBase64, type JsonReader, readJson, toBase64, writeJson } from "palyra-skills/encoding";
import { parseKey, parseScope, type SecretName, type SecretScope } from "./name.ts";

/** Bytes of one secret (spec 11.8); never none. */
export const MAX_SECRET_BYTES = 65_536;
/** Bytes of the whole document before it is encrypted: room for five hundred secrets of the largest kind. */
export const MAX_DOCUMENT_BYTES = 48 * 1024 * 1024;

export interface Secret extends SecretName {
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly value: Uint8Array;
}

export interface VaultDocument {
  /** One more with each change. */
  readonly revision: number;
  readonly secrets: readonly Secret[];
}

export const EMPTY_DOCUMENT: VaultDocument = { revision: 0, secrets: [] };

/** Undefined: it is not such a document. What is wrong is not said, as it would quote what is secret. */
export function parseDocument(bytes: Uint8Array): VaultDocument | undefined {
  const read = readJson(bytes, readDocument);
  return read.ok ? read.value : undefined;
}

function readDocument(root: JsonReader): VaultDocument {
  const fields = root.object();
  fields.required("schema_version").safeInteger({ min: 1, max: 1 });
  const revision = fields.required("revision").safeInteger({ min: 0 });
  const secrets = fields.required("entries").array(readSecret);
  fields.finish();
  const sorted = secrets.flatMap((each) => each ?? []).sort(inOrder);
  const twice = sorted.some((each, at) => at > 0 && inOrder(sorted[at - 1] ?? each, each) === 0);
  if (twice) root.fault("a secret twice");
  return { revision, secrets: sorted };
}

function readSecret(at: JsonReader): Secret | undefined {
  const fields = at.object();
  const scope = parseScope(fields.required("scope").string());
  const key = parseKey(fields.required("key").string());
  const createdAt = fields.required("created_at_unix_ms").safeInteger();
  const updatedAt = fields.required("updated_at_unix_ms").safeInteger();
  const value = fromBase64(fields.required("value_base64").string());
  fields.finish();
  const isWhole = value !== undefined && value.byteLength > 0 && value.byteLength <= MAX_SECRET_BYTES;
  if (scope !== undefined && key !== undefined && isWhole) return { scope, key, createdAt, updatedAt, value };
  at.fault("no secret");
  return undefined;
}

export function writeDocument({ revision, secrets }: VaultDocument): string {
  const entries = secrets.map(({ scope, key, createdAt, updatedAt, value }) => ({
    scope,
    key,
    created_at_unix_ms: createdAt,
    updated_at_unix_ms: updatedAt,
    value_base64: toBase64(value),
  }));
  return writeJson({ schema_version: 1, revision, entries });
}

export function findSecret({ secrets }: VaultDocument, name: SecretName): Secret | undefined {
  return secrets.find((each) => inOrder(each, name) === 0);
}

export function secretsOf({ secrets }: VaultDocument, scope: SecretScope): readonly Secret[] {
  return secrets.filter((each) => each.scope === scope);
}

/** With this value; a secret that was there keeps the time when it was made. */
export function withSecret(document: VaultDocument, { scope, key }: SecretName, value: Uint8Array, now: number): VaultDocument {
  const createdAt = findSecret(document, { scope, key })?.createdAt ?? now;
  const others = document.secrets.filter((each) => inOrder(each, { scope, key }) !== 0);
  const secrets = [...others, { scope, key, createdAt, updatedAt: now, value }].sort(inOrder);
  return { revision: document.revision + 1, secrets };
}

/** Undefined: there was none. */
export function withoutSecret(document: VaultDocument, name: SecretName): VaultDocument | undefined {
  if (findSecret(document, name) === undefined) return undefined;
  return { revision: document.revision + 1, secrets: document.secrets.filter((each) => inOrder(each, name) !== 0) };
}

function inOrder(a: SecretName, b: SecretName): number {
  return compareUtf8(a.scope, b.scope) || compareUtf8(a.key, b.key);
}
