import type { IncomingMessage } from "node:http";
import { decodeUtf8, JsonFault, type JsonValue, parseJson, toValue } from "palyra-skills/encoding";
import { MAX_BODY_BYTES } from "./bounds.ts";
import { Refusal } from "./refusal.ts";

/** The JSON of a request, read strictly; undefined where it has no body. `BodyTooLarge`, `UnsupportedMediaType`, `InvalidRequest`. */
export async function readBody(request: IncomingMessage): Promise<JsonValue | undefined> {
  const bytes = await readBytes(request);
  if (bytes.byteLength === 0) return undefined;
  if (!/^application\/json *(?:; *charset="?utf-8"?)?$/i.test(request.headers["content-type"] ?? ""))
    throw new Refusal("UnsupportedMediaType", "a body is application/json");
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new Refusal("InvalidRequest", "the body is no UTF-8");
  try {
    return toValue(parseJson(text));
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const { problem } = error;
    throw new Refusal("InvalidRequest", "the body is no JSON that can be read", { faults: [{ path: "", problem }] });
  }
}

async function readBytes(request: IncomingMessage): Promise<Uint8Array> {
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError("a body that is no bytes");
    total += chunk.byteLength;
    if (total > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

// The rest of it is not read: the connection ends with the answer.
function tooLarge(): Refusal {
  return new Refusal("BodyTooLarge", `a body has at most ${MAX_BODY_BYTES} bytes`, { headers: { connection: "close" } });
}
