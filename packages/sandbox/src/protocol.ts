/**
 * What the host and a call's process say to each other (spec 10.3), on two pipes. A frame is the length of its body (u32, little-endian), one
 * byte that tells its kind, and the body (wire.ts). The order is fixed, and whatever else comes ends the process:
 *
 *     process  ready
 *     host     prepare                       the module's bytes come only where the process does not keep them compiled
 *     process  prepared, or outcome
 *     host     run, or drop                  after `prepared`; dropped, it waits for the next `prepare`
 *     process  log, ask (then host: reply) …, outcome
 *     host     prepare …
 *
 * The end of the host's pipe is the end of the process.
 */
import type { CapabilityGrants } from "palyra-skills/capability";
import {
  MAX_DETAILS_BYTES,
  MAX_GRANTS,
  MAX_GRANTS_BYTES,
  MAX_HOST_MESSAGE_BYTES,
  MAX_INPUT_BYTES,
  MAX_LOG_BYTES,
  MAX_MODULE_BYTES,
  MAX_NAME_BYTES,
  MAX_OUTPUT_BYTES,
  MAX_SCHEMA_BYTES,
} from "./limits.ts";
import { FIRST_BYTES, FieldReader, FieldWriter, WireFault } from "./wire.ts";

export const PROTOCOL_VERSION = 2;

/** Spec 10.1. */
export const OUTCOME_KINDS = ["Ok", "QuotaExceeded", "TimedOut", "CapabilityDenied", "InvalidInput", "RuntimeFailure"] as const;
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

const TOOL_KINDS = ["wasi", "palyra"] as const;
/** Spec 10.4: a WASI preview 1 command, or a module for Palyra's host interface. */
export type ToolKind = (typeof TOOL_KINDS)[number];

const FUEL_MODES = ["flat", "per_byte"] as const;

export interface GrantedRoot {
  readonly name: string;
  readonly write: boolean;
}

/** One call, as its process is told of it. */
export interface Prepare {
  readonly skillId: string;
  readonly toolId: string;
  /** Under which the process keeps what it has compiled. */
  readonly moduleSha256: string;
  /** Absent: it is kept. */
  readonly module?: Uint8Array | undefined;
  readonly kind: ToolKind;
  readonly entrypoint: string;
  readonly input: Uint8Array;
  readonly inputSchema?: string | undefined;
  readonly outputSchema?: string | undefined;
  readonly fuel: bigint;
  readonly memoryBytes: number;
  readonly fuelMode: (typeof FUEL_MODES)[number];
  readonly grants: CapabilityGrants;
  readonly roots: readonly GrantedRoot[];
  /** Milliseconds since 1970 at which the clock stands still; absent: it runs. */
  readonly frozenUnixMs?: number | undefined;
  /** Absent: real randomness. */
  readonly seed?: Uint8Array | undefined;
}

/** How a call ended, as its process says it. */
export interface Ended {
  readonly kind: OutcomeKind;
  /** JSON. */
  readonly details: string;
  readonly stdout: Uint8Array;
  readonly exitCode?: number | undefined;
  readonly fuel: bigint;
  readonly memoryBytes: number;
}

export type FromHost =
  | { readonly is: "prepare"; readonly call: Prepare }
  | { readonly is: "run" }
  | { readonly is: "drop" }
  | { readonly is: "reply"; readonly body: Uint8Array };

export type FromProcess =
  | { readonly is: "ready"; readonly version: number }
  | { readonly is: "prepared" }
  | { readonly is: "log"; readonly bytes: Uint8Array }
  | { readonly is: "ask"; readonly body: Uint8Array }
  | { readonly is: "outcome"; readonly ended: Ended };

type Kinds<M extends { readonly is: string }> = { readonly [K in M["is"]]: Kind };
interface Kind {
  readonly tag: number;
  /** Bytes of the body. */
  readonly most: number;
}

/** Before a field of bytes. */
const LENGTH_BYTES = 4;
/** Names, numbers and lengths of what is to be prepared. */
const OTHER_BYTES = 64 * 1024;
const FROM_HOST: Kinds<FromHost> = {
  prepare: { tag: 1, most: MAX_MODULE_BYTES + MAX_INPUT_BYTES + 2 * MAX_SCHEMA_BYTES + MAX_GRANTS_BYTES + OTHER_BYTES },
  run: { tag: 2, most: 0 },
  reply: { tag: 3, most: LENGTH_BYTES + MAX_HOST_MESSAGE_BYTES },
  drop: { tag: 4, most: 0 },
};
const FROM_PROCESS: Kinds<FromProcess> = {
  ready: { tag: 65, most: 4 },
  prepared: { tag: 66, most: 0 },
  log: { tag: 67, most: LENGTH_BYTES + MAX_LOG_BYTES },
  ask: { tag: 68, most: LENGTH_BYTES + MAX_HOST_MESSAGE_BYTES },
  outcome: { tag: 69, most: MAX_OUTPUT_BYTES + MAX_DETAILS_BYTES + 64 },
};

const byTag = (kinds: { readonly [is: string]: Kind }): ReadonlyMap<number, { readonly is: string; readonly most: number }> =>
  new Map(Object.entries(kinds).map(([is, { tag, most }]) => [tag, { is, most }]));
const BY_TAG = { host: byTag(FROM_HOST), process: byTag(FROM_PROCESS) };

/** Bytes before the body of a frame. */
export const HEADER_BYTES = 5;

/** The kind and the length that a header tells. Throws `WireFault` for what that side does not say, or not as long. */
export function readHeader<S extends "host" | "process">(
  from: S,
  header: Uint8Array,
): { readonly is: S extends "host" ? FromHost["is"] : FromProcess["is"]; readonly length: number };
export function readHeader(from: "host" | "process", header: Uint8Array): { readonly is: string; readonly length: number } {
  const fields = new FieldReader(header);
  const [length, tag] = [fields.u32(), fields.u8()];
  const found = BY_TAG[from].get(tag);
  if (found === undefined) throw new WireFault("there is no such message");
  if (length > found.most) throw new WireFault("a message is too long");
  return { is: found.is, length };
}

/** What has no body takes no room for one. */
const fieldsOf = ({ most }: Kind): FieldWriter => new FieldWriter(HEADER_BYTES, Math.min(most, FIRST_BYTES));

function frame({ tag, most }: Kind, fields: FieldWriter): Uint8Array<ArrayBuffer> {
  const bytes = fields.done();
  const length = bytes.length - HEADER_BYTES;
  if (length > most) throw new WireFault("a message is too long");
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint8(4, tag);
  return bytes;
}

export function encodeFromHost(message: FromHost): Uint8Array<ArrayBuffer> {
  const fields = fieldsOf(FROM_HOST[message.is]);
  if (message.is === "prepare") writePrepare(fields, message.call);
  else if (message.is === "reply") fields.bytes(message.body);
  return frame(FROM_HOST[message.is], fields);
}

export function decodeFromHost(is: FromHost["is"], body: Uint8Array): FromHost {
  const fields = new FieldReader(body);
  const read = (): FromHost => {
    switch (is) {
      case "prepare":
        return { is, call: readPrepare(fields) };
      case "run":
      case "drop":
        return { is };
      case "reply":
        return { is, body: fields.bytes(MAX_HOST_MESSAGE_BYTES) };
    }
  };
  const message = read();
  fields.end();
  return message;
}

export function encodeFromProcess(message: FromProcess): Uint8Array<ArrayBuffer> {
  const fields = fieldsOf(FROM_PROCESS[message.is]);
  if (message.is === "ready") fields.u32(message.version);
  else if (message.is === "log") fields.bytes(message.bytes);
  else if (message.is === "ask") fields.bytes(message.body);
  else if (message.is === "outcome") writeEnded(fields, message.ended);
  return frame(FROM_PROCESS[message.is], fields);
}

export function decodeFromProcess(is: FromProcess["is"], body: Uint8Array): FromProcess {
  const fields = new FieldReader(body);
  const read = (): FromProcess => {
    switch (is) {
      case "ready":
        return { is, version: fields.u32() };
      case "prepared":
        return { is };
      case "log":
        return { is, bytes: fields.bytes(MAX_LOG_BYTES) };
      case "ask":
        return { is, body: fields.bytes(MAX_HOST_MESSAGE_BYTES) };
      case "outcome":
        return { is, ended: readEnded(fields) };
    }
  };
  const message = read();
  fields.end();
  return message;
}

function writePrepare(fields: FieldWriter, call: Prepare): void {
  const texts = (values: readonly string[]): FieldWriter => fields.list(values, (value) => fields.text(value));
  fields.text(call.skillId).text(call.toolId).text(call.moduleSha256);
  fields.optional(call.module, (module) => fields.bytes(module));
  fields.u8(TOOL_KINDS.indexOf(call.kind)).text(call.entrypoint).bytes(call.input);
  fields.optional(call.inputSchema, (schema) => fields.text(schema));
  fields.optional(call.outputSchema, (schema) => fields.text(schema));
  fields.u64(call.fuel).u64(call.memoryBytes).u8(FUEL_MODES.indexOf(call.fuelMode));
  texts(call.grants.http_hosts);
  texts(call.grants.secret_keys);
  texts(call.grants.storage_prefixes);
  texts(call.grants.channels);
  fields.list(call.roots, ({ name, write }) => fields.text(name).flag(write));
  fields.optional(call.frozenUnixMs, (at) => fields.u64(at));
  fields.optional(call.seed, (seed) => fields.bytes(seed));
}

function readPrepare(fields: FieldReader): Prepare {
  const name = (): string => fields.text(MAX_NAME_BYTES);
  const names = (): string[] => fields.list(MAX_GRANTS, name);
  const schema = (): string => fields.text(MAX_SCHEMA_BYTES);
  return {
    skillId: name(),
    toolId: name(),
    moduleSha256: name(),
    module: fields.optional(() => fields.bytes(MAX_MODULE_BYTES)),
    kind: fields.oneOf(TOOL_KINDS),
    entrypoint: name(),
    input: fields.bytes(MAX_INPUT_BYTES),
    inputSchema: fields.optional(schema),
    outputSchema: fields.optional(schema),
    fuel: fields.u64(),
    memoryBytes: fields.safeInteger(),
    fuelMode: fields.oneOf(FUEL_MODES),
    grants: { http_hosts: names(), secret_keys: names(), storage_prefixes: names(), channels: names() },
    roots: fields.list(MAX_GRANTS, () => ({ name: name(), write: fields.flag() })),
    frozenUnixMs: fields.optional(() => fields.safeInteger()),
    seed: fields.optional(() => fields.bytes(MAX_NAME_BYTES)),
  };
}

function writeEnded(fields: FieldWriter, ended: Ended): void {
  fields.u8(OUTCOME_KINDS.indexOf(ended.kind)).text(ended.details).bytes(ended.stdout);
  fields.optional(ended.exitCode, (code) => fields.u32(code));
  fields.u64(ended.fuel).u64(ended.memoryBytes);
}

function readEnded(fields: FieldReader): Ended {
  return {
    kind: fields.oneOf(OUTCOME_KINDS),
    details: fields.text(MAX_DETAILS_BYTES),
    stdout: fields.bytes(MAX_OUTPUT_BYTES),
    exitCode: fields.optional(() => fields.u32()),
    fuel: fields.u64(),
    memoryBytes: fields.safeInteger(),
  };
}
