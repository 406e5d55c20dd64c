/** What was asked of the host and not granted, in the words of spec 2.5. */
import type { JsonObject } from "palyra-skills/encoding";
import { told } from "./ended.ts";
import { ERRNO, HOST_ERROR, type HostReply, type HostRequest, OPEN } from "./host-messages.ts";

const READS: readonly HostRequest["op"][] = ["read", "stat", "list", "path_stat", "storage_read", "storage_list"];

/** Undefined: it was no refusal for want of a grant. */
export function deniedBy({ code }: HostReply, request: HostRequest): JsonObject | undefined {
  if (code !== ERRNO.notcapable && code !== HOST_ERROR.denied) return undefined;
  const name = "path" in request ? request.path : "name" in request ? request.name : undefined;
  return { capability: capabilityOf(request), operation: request.op, ...(name === undefined ? {} : { name: told(name) }) };
}

function capabilityOf(request: HostRequest): string {
  const { op } = request;
  if (op.startsWith("http_")) return "skill.capability.http.egress";
  if (op === "secret_read") return "skill.capability.vault.read";
  const reads = op === "open" ? (request.flags & OPEN.write) === 0 : READS.includes(op);
  return reads ? "skill.capability.filesystem.read" : "skill.capability.filesystem.write";
}
