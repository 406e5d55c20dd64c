/** The body of a request at `/mcp`, read and parsed once: left to themselves the SDK's ways copy it, read it and parse it each for itself. */
import { isJsonContentType, readRequestBody } from "@modelcontextprotocol/server";
import { MAX_MESSAGE_BYTES } from "./lines.ts";

/** `json` is undefined where the request has no body. */
export type Body = { readonly json: unknown } | { readonly refused: Response };

export async function bodyOf(request: Request): Promise<Body> {
  if (request.method !== "POST") return { json: undefined };
  if (!isJsonContentType(request.headers.get("content-type")))
    return { refused: refusal(415, -32000, "Unsupported Media Type: Content-Type must be application/json") };
  const text = await textOf(request).catch(() => undefined);
  if (text === undefined) return { refused: refusal(400, -32700, "Parse error: the request body could not be read") };
  if (text === "too large")
    return { refused: refusal(413, -32000, `Payload Too Large: a request body has at most ${MAX_MESSAGE_BYTES} bytes`) };
  try {
    return { json: JSON.parse(text.said) };
  } catch {
    return { refused: refusal(400, -32700, "Parse error: the request body is not valid JSON") };
  }
}

export function refusal(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status });
}

/** A body that says how long it is has no more than that, which Node's parser sees to, and comes without a stream of the web's. */
async function textOf(request: Request): Promise<{ readonly said: string } | "too large"> {
  const length = request.headers.get("content-length");
  if (length !== null) return Number(length) > MAX_MESSAGE_BYTES ? "too large" : { said: await request.text() };
  const read = await readRequestBody(request, MAX_MESSAGE_BYTES);
  return read.tooLarge ? "too large" : { said: read.text };
}
