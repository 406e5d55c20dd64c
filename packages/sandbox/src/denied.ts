/** What was asked of the host and not granted, in the words of spec 2.5. */
import { JsonFault, type JsonObject, parseJson, toDoubles } from "palyra-skills/encoding";
import { told } from "./ended.ts";
import { ERRNO, HOST_ERROR, type HostReply, type HostRequest, OPEN } from "./host-messages.ts";

const READS: readonly HostRequest["op"][] = ["read", "stat", "list", "path_stat", "storage_read", "storage_list"];

const CHANGES = OPEN.write | OPEN.create | OPEN.truncate;

/** Undefined: it was no refusal for want of a grant. */
export function deniedBy({ code }: HostReply, request: HostRequest): JsonObject | undefined {
  if (code !== ERRNO.notcapable && code !== HOST_ERROR.denied) return undefined;
  const name = nameOf(request);
  return { capability: capabilityOf(request), operation: request.op, ...(name === undefined ? {} : { name: told(name) }) };
}

function nameOf(request: HostRequest): string | undefined {
  if (request.op === "http_send") return originOf(request.head);
  return "path" in request ? request.path : "name" in request ? request.name : undefined;
}

/** Of a request's address no more than where it leads: the rest may be nobody's business. */
function originOf(head: string): string | undefined {
  try {
    const read = toDoubles(parseJson(head));
    const url = typeof read === "object" && read !== null && "url" in read ? read["url"] : undefined;
    return typeof url === "string" && URL.canParse(url) ? new URL(url).origin : undefined;
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return undefined;
  }
}

function capabilityOf(request: HostRequest): string {
  const { op } = request;
  if (op.startsWith("http_")) return "skill.capability.http.egress";
  if (op === "secret_read") return "skill.capability.vault.read";
  const reads = op === "open" ? (request.flags & CHANGES) === 0 : READS.includes(op);
  return reads ? "skill.capability.filesystem.read" : "skill.capability.filesystem.write";
}
