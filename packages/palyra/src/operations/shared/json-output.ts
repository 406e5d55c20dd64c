import { decodeUtf8, type JsonValue, parseJson, toValue } from "palyra-skills/encoding";

/** What a tool wrote to stdout, as JSON: a stranger's. Null where it is no JSON, or nothing was written. */
export function jsonOutput(stdout: Uint8Array): JsonValue {
  const said = decodeUtf8(stdout);
  if (said === undefined || said.trim() === "") return null;
  try {
    return toValue(parseJson(said));
  } catch {
    return null;
  }
}
