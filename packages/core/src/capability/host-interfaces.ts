import { type HostFunction, hostFunctions } from "./host-function.ts";

/** Palyra's own interface: how many things of a kind are granted, and the handle of each (spec 10.4). */
export const PALYRA_HOST_CAPABILITIES = "palyra:plugins/host-capabilities@0.1.0";

export const HANDLES: ReadonlyMap<string, HostFunction> = new Map(
  ["http", "secret", "storage", "channel"].flatMap((kind) =>
    hostFunctions("handles", "nothing", "i", { [`${kind}-count`]: "", [`${kind}-handle`]: "i" }),
  ),
);

/**
 * What a skill does with a capability, over granted names only (spec 10.4).
 *
 * Texts and buffers are (address, length) in the module's memory 0; texts are UTF-8. A function that fills a buffer gives the
 * length of the whole, so that too small a buffer can be met with a larger one; a negative result is an error.
 *
 *     http-send(head, length, body, length) -> request   head is JSON: { method, url, headers, secrets }
 *     http-head(request, buffer, capacity) -> length     JSON: { status, headers }
 *     http-read(request, buffer, capacity) -> bytes      the next of the body; 0 at its end
 *     http-close(request) -> 0
 *     secret-read(name, length, buffer, capacity) -> length
 *     storage-read(path, length, offset: i64, buffer, capacity) -> bytes     0 at the end
 *     storage-list(path, length, buffer, capacity) -> length             JSON: [{ name, kind, size }]
 *     storage-write(path, length, bytes, length) -> 0                   the whole file, at once or not at all
 *     storage-remove(path, length) -> 0
 */
export const PALYRA_SKILLS_HOST = "palyra:skills/host@1";

export const SKILLS_HOST: ReadonlyMap<string, HostFunction> = new Map([
  ...hostFunctions("http", "egress_host", "i", {
    "http-send": "iiii",
    "http-head": "iii",
    "http-read": "iii",
    "http-close": "i",
  }),
  ...hostFunctions("secrets", "secret", "i", { "secret-read": "iiii" }),
  ...hostFunctions("storage", "root", "i", { "storage-read": "iiIii", "storage-list": "iiii" }),
  ...hostFunctions("storage", "write_root", "i", { "storage-write": "iiii", "storage-remove": "ii" }),
]);
