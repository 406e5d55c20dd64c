/** Bytes and texts: hex, base64, UTF-8, strict JSON with positions and exact integers, binary cursors, framing. */
export { fromBase64, toBase64 } from "./base64.ts";
export { Cursor, CursorEnd } from "./cursor.ts";
export { readDocument } from "./document.ts";
export { Fields, JsonReader, MAX_FAULTS, type Read, readJson, readNode } from "./fields.ts";
export { u64be } from "./framing.ts";
export { fromHex, isSha256Hex, toHex } from "./hex.ts";
export {
  type DoubleJson,
  fromInteger,
  type JsonArrayNode,
  type JsonNode,
  type JsonObject,
  type JsonObjectNode,
  type JsonValue,
  toDoubles,
  toValue,
} from "./json.ts";
export { nearest, nearestFirst } from "./nearest.ts";
export {
  decodeText,
  JsonFault,
  type JsonOptions,
  LONG_KEY,
  MAX_JSON_DEPTH,
  MAX_JSON_VALUES,
  MAX_LONG_KEYS,
  parseJson,
} from "./parse.ts";
export { Pieces } from "./pieces.ts";
export { beforeColumn, type Position, positionAt, positionsAt, shorten } from "./position.ts";
export { compareUtf8, decodeUtf8, encodeUtf8, utf8FaultAt } from "./utf8.ts";
export { UNSAFE, visible } from "./visible.ts";
export { type WriteOptions, writeJson } from "./write.ts";
