/** The body of a request at `/mcp`, read and parsed once: left to themselves the SDK's ways copy it, read it and parse it each for itself. */
import { isJsonContentType } from "@modelcontextprotocol/server";
import { decodeUtf8 } from "palyra-skills/encoding";
import { askedId, MAX_MESSAGE_BYTES } from "./lines.ts";
import { faultyMembers } from "./members.ts";
import { isNestedTooDeeply, MAX_NESTING } from "./nesting.ts";
import { changedNumber } from "./numbers.ts";

/** `json` is undefined where the request has no body. */
export type Body = { readonly json: unknown } | { readonly refused: Response };

export async function bodyOf(request: Request): Promise<Body> {
  if (request.method !== "POST") return { json: undefined };
  if (!isJsonContentType(request.headers.get("content-type")))
    return { refused: refusal(415, -32000, "Unsupported Media Type: Content-Type must be application/json") };
  const text = await textOf(request).catch(() => undefined);
  if (text === "no text") return { refused: refusal(400, -32700, "Parse error: the request body is no UTF-8") };
  if (text === undefined) return { refused: refusal(400, -32700, "Parse error: the request body could not be read") };
  if (text === "too large")
    return { refused: refusal(413, -32000, `Payload Too Large: a request body has at most ${MAX_MESSAGE_BYTES} bytes`) };
  if (isNestedTooDeeply(text.said))
    return { refused: refusal(400, -32700, `Parse error: the request body nests more than ${MAX_NESTING} levels`) };
  let json: unknown;
  try {
    json = JSON.parse(text.said);
  } catch {
    return { refused: refusal(400, -32700, "Parse error: the request body is not valid JSON") };
  }
  const fault = changedNumber(text.said, json) ?? faultyMembers(json);
  if (fault === undefined) return { json };
  return { refused: refusal(400, -32602, `Invalid params: ${fault}`, askedId(json).id) };
}

export function refusal(status: number, code: number, message: string, id: string | number | null = null): Response {
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id }, { status });
}

type Text = { readonly said: string } | "too large" | "no text";

/** A body that says how long it is has no more than that, which Node's parser sees to, and comes without a stream of the web's. */
async function textOf(request: Request): Promise<Text> {
  const length = request.headers.get("content-length");
  if (length === null) return textIn(await piecesOf(request));
  return Number(length) > MAX_MESSAGE_BYTES ? "too large" : textIn(new Uint8Array(await request.arrayBuffer()));
}

/** The web's own ways put other characters where bytes are none. */
function textIn(bytes: Uint8Array | undefined): Text {
  if (bytes === undefined) return "too large";
  const said = decodeUtf8(bytes);
  return said === undefined ? "no text" : { said };
}

/** Undefined: they are too many. */
async function piecesOf({ body }: Request): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  try {
    for (let length = 0; ; ) {
      const { done, value } = await reader.read();
      if (done) return Buffer.concat(pieces);
      length += value.byteLength;
      if (length > MAX_MESSAGE_BYTES) return undefined;
      pieces.push(value);
    }
  } finally {
    reader.releaseLock();
  }
}
