import {
  JsonFault,
  type JsonNode,
  type JsonObject,
  type JsonObjectNode,
  type JsonValue,
  parseJson,
  readNode,
  toValue,
  writeJson,
} from "palyra-skills/encoding";
import { readLines } from "./lines.ts";
import { OPS, type OpTools } from "./ops/index.ts";
import { MAX_REQUEST_BYTES, type Op, refusalFor, refusalOf, toJson } from "./protocol.ts";

/** Answers requests line by line, in order, until the stream ends. No line ends it, whatever is in it (spec 12). */
export async function serve(
  requests: AsyncIterable<Uint8Array>,
  write: (line: string) => Promise<void>,
  tools: OpTools,
  limit: number = MAX_REQUEST_BYTES,
): Promise<void> {
  for await (const { bytes } of readLines(requests, limit)) {
    const answer =
      bytes === undefined ? refusalOf("InvalidRequest", `a line of over ${limit} bytes`) : await answerTo(bytes, tools);
    await write(`${writeJson(answer)}\n`);
  }
}

/** The answer to one line. */
export async function answerTo(line: Uint8Array, tools: OpTools): Promise<JsonObject> {
  const request = parsed(line);
  if (request === undefined) return refusalOf("InvalidRequest", "the line is not JSON");
  if (request.kind !== "object") return refusalOf("InvalidRequest", "the request is not an object");
  const id = request.members.get("id");
  return { ...(id === undefined ? {} : { id: toValue(id) }), ...(await answerObject(request, tools)) };
}

async function answerObject(request: JsonObjectNode, tools: OpTools): Promise<JsonObject> {
  try {
    const name = request.members.get("op");
    const load = name?.kind === "string" ? OPS.get(name.value) : undefined;
    if (load === undefined) return refusalOf("UnknownOperation", "there is no such operation", nameOf(name));
    return await perform(request, await load(tools));
  } catch (error) {
    return refusalFor(error);
  }
}

async function perform(request: JsonObjectNode, op: Op): Promise<JsonObject> {
  const read = readNode(request, (root) => op.read(root.object()));
  if (!read.ok) return refusalOf("InvalidRequest", "the request lacks what the operation takes", { faults: toJson(read.faults) });
  return { ok: true, ...(await read.value()) };
}

function nameOf(name: JsonNode | undefined): JsonValue | undefined {
  return name === undefined ? undefined : { op: toValue(name) };
}

function parsed(line: Uint8Array): JsonNode | undefined {
  try {
    return parseJson(line);
  } catch (fault) {
    if (fault instanceof JsonFault) return undefined;
    throw fault;
  }
}
