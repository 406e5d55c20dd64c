/** The changes of trust that a plan holds, written and read again: of a closed list, like all that an intent record may say. */
import { type Fields, isSha256Hex, type JsonObject, type JsonReader } from "palyra-skills/encoding";
import { isIdentifier, isSkillId } from "palyra-skills/manifest";
import { isPublicKeyHex, readFollowedList, readKeyScope } from "palyra-skills/trust";
import type { TrustEdit } from "../trust/index.ts";

export function trustEditDocument(edit: TrustEdit): JsonObject {
  if (edit.do === "limit") return { do: edit.do, limit: { ...edit.limit } };
  if (edit.do === "follow_list") return { do: edit.do, list: { ...edit.list } };
  return { ...edit };
}

export function readTrustEdit(reader: JsonReader): TrustEdit {
  const fields = reader.object();
  const name = fields.required("do").oneOf(TRUST_EDITS);
  const edit = trustEditOf(name, fields);
  fields.finish();
  return edit;
}

const TRUST_EDITS = [
  "add",
  "remove",
  "pin",
  "unpin",
  "revoke",
  "revoke_payload",
  "rotate",
  "freeze",
  "limit",
  "unlimit",
  "follow_list",
  "unfollow_list",
  "import",
  "pin_first",
  "own",
] as const satisfies readonly TrustEdit["do"][];

const readPublisher = (fields: Fields): string =>
  fields.required("publisher").string((text) => (isIdentifier(text) ? undefined : "not an identifier"));

function readRevocation(fields: Fields): { readonly reason: string; readonly at_ms: number } {
  return { reason: fields.required("reason").string(), at_ms: fields.required("at_ms").safeInteger() };
}

function readStatement(fields: Fields): { readonly sequence: number; readonly statement_sha256: string } {
  return {
    sequence: fields.required("sequence").safeInteger({ min: 0 }),
    statement_sha256: fields.required("statement_sha256").string(digestProblem),
  };
}

function trustEditOf(name: TrustEdit["do"], fields: Fields): TrustEdit {
  switch (name) {
    case "revoke_payload":
      return { do: name, payload_sha256: fields.required("payload_sha256").string(digestProblem), ...readRevocation(fields) };
    case "limit":
      return { do: name, limit: readKeyScope(fields.required("limit")) };
    case "follow_list":
      return { do: name, list: readFollowedList(fields.required("list")) };
    case "unfollow_list":
      return { do: name, issuer: fields.required("issuer").string() };
    case "import":
      return { do: name, store: fields.required("store").string(), constraints: fields.required("constraints").string() };
    default:
      return publisherEditOf(name, readPublisher(fields), fields);
  }
}

type NamesNoPublisher = "revoke_payload" | "limit" | "follow_list" | "unfollow_list" | "import";

function publisherEditOf(name: Exclude<TrustEdit["do"], NamesNoPublisher>, publisher: string, fields: Fields): TrustEdit {
  switch (name) {
    case "revoke":
      return { do: name, publisher, key: readKey(fields.required("key")), ...readRevocation(fields) };
    case "rotate": {
      const keys = { from: readKey(fields.required("from")), to: readKey(fields.required("to")) };
      return { do: name, publisher, ...keys, ...readStatement(fields) };
    }
    case "freeze":
      return { do: name, publisher, ...readStatement(fields) };
    case "unpin":
      return { do: name, publisher };
    case "unlimit":
      return { do: name, publisher, public_key: readKey(fields.required("public_key")) };
    case "own":
      return { do: name, publisher, skill_id: fields.required("skill_id").string(skillIdProblem) };
    case "remove": {
      const key = fields.optional("key", readKey);
      return { do: name, publisher, ...(key === undefined ? {} : { key }) };
    }
    default:
      return { do: name, publisher, key: readKey(fields.required("key")) };
  }
}

const readKey = (reader: JsonReader): string =>
  reader.string((text) => (isPublicKeyHex(text) ? undefined : "not a public key of 64 hex digits"));
const digestProblem = (text: string): string | undefined =>
  isSha256Hex(text) ? undefined : "not a SHA-256 of 64 lower-case hex digits";
const skillIdProblem = (text: string): string | undefined => (isSkillId(text) ? undefined : "not a skill id");
